# SPDX-License-Identifier: Apache-2.0
mkdir a
seq 1000 >a/numbers
mkfs.ubifs -r a -m 512 -e 15360 -c 200 -o image
[ -s image ]
printf '[data]\nmode=ubi\nimage=image\nvol_id=0\nvol_type=dynamic\nvol_name=data\nvol_flags=autoresize\n' >conf
ubinize -o flash -m 512 -p 16KiB conf
[ "$(head -c 4 flash)" = 'UBI#' ]
