# SPDX-License-Identifier: Apache-2.0
mkdir -p /run/lldpd
lldpd -d -u "$PWD/socket" >log 2>&1 &
sleep 3
lldpcli -u "$PWD/socket" show chassis | grep 'ChassisID'
kill %1
