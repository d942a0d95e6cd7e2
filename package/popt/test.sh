# SPDX-License-Identifier: Apache-2.0
loads libpopt.so.0
