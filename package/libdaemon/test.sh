# SPDX-License-Identifier: Apache-2.0
loads libdaemon.so.0
