# SPDX-License-Identifier: Apache-2.0
loads libmodbus.so.5
