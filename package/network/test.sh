# SPDX-License-Identifier: Apache-2.0
ifconfig eth0 | grep 'inet addr:10.0.2.15'
route -n | grep '^0.0.0.0 *10.0.2.2'
grep 'nameserver 10.0.2.3' /etc/resolv.conf
