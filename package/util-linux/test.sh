# SPDX-License-Identifier: Apache-2.0
loads libblkid.so.1
loads libuuid.so.1
loads libmount.so.1
loads libfdisk.so.1
loads libsmartcols.so.1
