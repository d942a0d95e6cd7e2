#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Refuses a kernel and a root that the board's memory cannot hold.
#   memory.sh WHERE MEMORY ROOT-LIMIT, both in MiB; /kernel and /rootfs.cpio are looked at
set -eu
. /forms/refuse.sh

where=$1 memory=$2 limit=$3
kernel=$(wc -c </kernel)
root=$(wc -c </rootfs.cpio)
if [ $((kernel + root)) -gt $((memory * 1048576)) ]; then
    refuse "$where: the kernel ($(mib "$kernel") MiB, its packed root included) and the unpacked root ($(mib "$root") MiB)" \
        "do not fit into the board's memory of $memory MiB (memory=)." "Select fewer packages, or smaller ones."
fi
if [ "$root" -gt $((limit * 1048576)) ]; then
    refuse "$where: the unpacked root is $(mib "$root") MiB, and a tmpfs takes at most half of the board's memory of" \
        "$memory MiB (memory=)." "Select fewer packages, or let the command line give it more: docs/boot-modes.md."
fi
