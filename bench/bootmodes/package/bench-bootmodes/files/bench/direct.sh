#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 where the initramfs is and stays the root: there is nothing to do.
exec /bench/shell.sh
