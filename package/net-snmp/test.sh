# SPDX-License-Identifier: Apache-2.0
printf 'rocommunity public 127.0.0.1\nsyslocation door\n' >conf
snmpd -f -C -c conf -Lo udp:127.0.0.1:1161 &
sleep 2
snmpget -v2c -c public -On 127.0.0.1:1161 .1.3.6.1.2.1.1.6.0 | grep door
kill %1
