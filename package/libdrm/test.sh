# SPDX-License-Identifier: Apache-2.0
loads libdrm.so.2
