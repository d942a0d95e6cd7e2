# SPDX-License-Identifier: Apache-2.0
loads libcap.so.2
