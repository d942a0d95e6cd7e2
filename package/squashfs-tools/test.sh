# SPDX-License-Identifier: Apache-2.0
mkdir -p a/b
seq 1000 >a/b/numbers
mksquashfs a image -comp zstd -quiet -no-progress
mkdir point
mount -t squashfs -o loop image point
cmp a/b/numbers point/b/numbers
umount point
unsquashfs -quiet -no-progress -d back image
cmp a/b/numbers back/b/numbers
