# SPDX-License-Identifier: Apache-2.0
ip link add dev vcan0 type vcan
ip link set up vcan0
candump -n 1 -T 30000 vcan0 >heard &
sleep 1
cansend vcan0 123#DEADBEEF
wait %1
grep '123.*DE AD BE EF' heard
ip link del vcan0
