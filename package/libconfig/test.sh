# SPDX-License-Identifier: Apache-2.0
loads libconfig.so.11
