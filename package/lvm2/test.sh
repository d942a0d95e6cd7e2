# SPDX-License-Identifier: Apache-2.0
truncate -s 64M disk
device=$(losetup -f)
losetup "$device" disk
pvcreate -y "$device"
vgcreate -y data "$device"
lvcreate -y -L 16M -n logs data
lvs --noheadings -o lv_name data | grep logs
dmsetup ls | grep data-logs
vgremove -y -f data
losetup -d "$device"
