# SPDX-License-Identifier: Apache-2.0
tcpdump -n -i lo -c 2 -w packets icmp &
sleep 2
ping -c 2 127.0.0.1
wait %1
tcpdump -n -r packets | grep 'ICMP echo request'
