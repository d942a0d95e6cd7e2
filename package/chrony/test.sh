# SPDX-License-Identifier: Apache-2.0
printf 'local stratum 5\nallow 127.0.0.0/8\nport 1123\n' >/etc/chrony.conf
/etc/init.d/S44chronyd start
chronyc tracking | grep 'Stratum *: 5'
chronyd -Q -t 30 -f /dev/null "server 127.0.0.1 port 1123 iburst maxsamples 1" 'cmdport 0' "pidfile $PWD/pid2" >said 2>&1
grep 'System clock wrong by' said
/etc/init.d/S44chronyd stop
rm /etc/chrony.conf
