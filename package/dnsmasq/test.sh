# SPDX-License-Identifier: Apache-2.0
echo '192.0.2.7 door.example' >hosts
dnsmasq -k -p 5399 -i lo -z -R -h -H "$PWD/hosts" --pid-file -u root &
sleep 1
nslookup -port=5399 door.example 127.0.0.1 | grep 192.0.2.7
kill %1
