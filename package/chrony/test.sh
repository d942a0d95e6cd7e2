# SPDX-License-Identifier: Apache-2.0
printf 'local stratum 5\nallow 127.0.0.0/8\nport 1123\ncmdport 0\nbindcmdaddress %s/sock\npidfile %s/pid\ndriftfile %s/drift\n' "$PWD" "$PWD" "$PWD" >server
chronyd -d -x -u root -f server >log 2>&1 &
sleep 3
chronyd -Q -t 30 -f /dev/null "server 127.0.0.1 port 1123 iburst maxsamples 1" 'cmdport 0' "pidfile $PWD/pid2" >said 2>&1
grep 'System clock wrong by' said
kill %1
