# SPDX-License-Identifier: Apache-2.0
ip addr flush dev eth0
dhcpcd -4 -1 -t 30 -w eth0
ip addr show dev eth0 | grep 'inet 10.0.2.15/24'
