#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 where the initramfs is the root and stays it: nothing is to be done.
exec /bench/shell.sh
