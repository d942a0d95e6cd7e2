# SPDX-License-Identifier: Apache-2.0
mkdir a
seq 1000 >a/numbers
mkfs.erofs -zlz4hc image a
fsck.erofs --extract=back image
cmp a/numbers back/numbers
