# SPDX-License-Identifier: Apache-2.0
truncate -s 32M disk
mkfs.ext4 -q disk
mkdir point
mount -o loop disk point
echo kept >point/file
umount point
e2fsck -f -n disk
mount -o loop disk point
grep -x kept point/file
umount point
tune2fs -L data disk
dd if=/dev/urandom of=disk bs=1024 seek=40 count=40 conv=notrunc
fails e2fsck -f -n disk
