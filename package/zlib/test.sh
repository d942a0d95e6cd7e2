# SPDX-License-Identifier: Apache-2.0
loads libz.so.1
