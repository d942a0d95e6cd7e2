#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes /out/sdcard.img: a partition table, and one FAT32 partition that holds the files below the working folder.
#   card.sh WHERE CARD START PARTITION CLUSTER CAPACITY: sizes in MiB, CLUSTER in sectors, CAPACITY in clusters
set -eu
. /forms/refuse.sh
. /forms/fat.sh

where=$1 card=$2 start=$3 partition=$4 cluster=$5 capacity=$6
image=/out/sdcard.img

needed=$(clusters $((cluster * 512)))
if [ "$needed" -gt "$capacity" ]; then
    refuse "$where: the boot files take $(mib $((needed * cluster * 512))) MiB, but a boot partition of $partition MiB" \
        "(boot_partition=) has room for $(mib $((capacity * cluster * 512))) MiB." "Increase boot_partition=, and card= with it."
fi

identify
serial=$(echo "$identity" | cut -c1-8)
disk=$(echo "$identity" | cut -c9-16)
label=LR-$(echo "$serial" | tr a-f A-F)

truncate -s $((card * 1048576)) "$image"
mkfs.fat --invariant -F 32 -S 512 -s "$cluster" -h $((start * 2048)) --offset=$((start * 2048)) \
    -i "$serial" -n "$label" "$image" $((partition * 1024))
fill "$image@@$((start * 1048576))"

# A number of four bytes, the lowest first.
le32() {
    for shift in 0 8 16 24; do
        # shellcheck disable=SC2059
        printf "\\$(printf '%03o' $(($1 >> shift & 255)))"
    done
}

# The disk's identifier, two empty bytes, and four partitions: the first of type 0x0c, FAT32 found by sector number
# (its places in cylinders, heads and sectors say "beyond"), the others empty; and the signature.
{
    le32 $((0x$disk))
    printf '\000\000'
    printf '\000\376\377\377\014\376\377\377'
    le32 $((start * 2048))
    le32 $((partition * 2048))
    head -c 48 /dev/zero
    printf '\125\252'
} | dd of="$image" bs=1 seek=440 conv=notrunc status=none
