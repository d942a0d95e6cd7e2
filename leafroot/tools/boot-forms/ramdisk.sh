#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes /out/boot.img: a FAT file system without a partition table, just large enough for the files below the working
# folder. Clusters have one sector; FAT16 has fewer than 65525 of them and more than 4084, FAT32 at least 65525.
#   ramdisk.sh WHERE LIMIT, in MiB
set -eu
. /forms/refuse.sh
. /forms/fat.sh

where=$1 limit=$2
image=/out/boot.img

needed=$(clusters 512)
if [ "$needed" -le 65500 ]; then
    [ "$needed" -ge 4200 ] || needed=4200
    fat=16 reserved=1 table=$(((needed + 2 + 255) / 256)) root=32
else
    [ "$needed" -ge 65600 ] || needed=65600
    fat=32 reserved=32 table=$(((needed + 2 + 127) / 128)) root=0
fi
# An even number: mkfs.fat counts in KiB.
sectors=$(((reserved + 2 * table + root + needed + 1) / 2 * 2))
if [ "$sectors" -gt $((limit * 2048)) ]; then
    refuse "$where: boot.img would be $(mib $((sectors * 512))) MiB, but the Raspberry Pi's boot loader accepts at most" \
        "$limit MiB." "Select fewer packages, or smaller ones."
fi

identify
serial=$(echo "$identity" | cut -c1-8)
label=LR-$(echo "$serial" | tr a-f A-F)

truncate -s $((sectors * 512)) "$image"
mkfs.fat --invariant -a -F "$fat" -S 512 -s 1 -R "$reserved" -r 512 -h 0 -i "$serial" -n "$label" "$image"
fill "$image"
