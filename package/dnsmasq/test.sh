# SPDX-License-Identifier: Apache-2.0
echo '192.0.2.7 door.example' >/etc/packagetest.hosts
printf 'port=5399\ninterface=lo\nbind-interfaces\nno-resolv\nno-hosts\naddn-hosts=/etc/packagetest.hosts\n' >/etc/dnsmasq.conf
/etc/init.d/S45dnsmasq start
nslookup -port=5399 door.example 127.0.0.1 | grep 192.0.2.7
ps -o user,comm | grep '^dnsmasq *dnsmasq'
/etc/init.d/S45dnsmasq stop
rm /etc/dnsmasq.conf /etc/packagetest.hosts
