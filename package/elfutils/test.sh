# SPDX-License-Identifier: Apache-2.0
loads libelf.so.1
loads libdw.so.1
