# SPDX-License-Identifier: Apache-2.0
iptables -N door
iptables -A INPUT -i lo -p udp --dport 7788 -j DROP
iptables -L INPUT -n -v | grep 'udp dpt:7788'
nc -u -l -p 7788 127.0.0.1 >heard &
sleep 1
echo lost | nc -u -w 1 127.0.0.1 7788 || true
[ ! -s heard ]
iptables -D INPUT -i lo -p udp --dport 7788 -j DROP
echo kept | nc -u -w 1 127.0.0.1 7788 || true
sleep 1
grep -x kept heard
iptables -X door
kill %1 || true
