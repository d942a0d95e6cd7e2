# SPDX-License-Identifier: Apache-2.0
ip link add dummy7 type dummy
ip addr add 192.0.2.1/24 dev dummy7
ip link set dummy7 up
ip -j addr show dev dummy7 | grep '"local":"192.0.2.1"'
ip route get 192.0.2.9 | grep 'dev dummy7'
tc -V | grep iproute2
ss -ltn | head -1 | grep State
ip link del dummy7
