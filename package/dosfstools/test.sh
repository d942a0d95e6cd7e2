# SPDX-License-Identifier: Apache-2.0
truncate -s 16M disk
mkfs.fat -n DATA disk
fsck.fat -n disk
mkdir point
mount -t vfat -o loop disk point
echo kept >point/file
umount point
fatlabel disk | grep DATA
