#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes an empty slot for a root, in place of the archive that the kernel is linked with: leafroot/rootfs/slot.py
# says what is in it.
#   make-slot.sh SIZE SLOT: SIZE is a file with the number of bytes in it
set -eu

read -r size <"$1"
{
    printf 'leafroot: the root belongs here\n'
    for shift in 0 8 16 24 32 40 48 56; do
        # shellcheck disable=SC2059
        printf "\\$(printf '%03o' $((size >> shift & 255)))"
    done
} >"$2"
truncate -s "$size" "$2"
