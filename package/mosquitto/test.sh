# SPDX-License-Identifier: Apache-2.0
printf 'listener 1899 127.0.0.1\nallow_anonymous true\n' >conf
mosquitto -c conf >log 2>&1 &
sleep 2
mosquitto_sub -h 127.0.0.1 -p 1899 -t door -C 1 -W 30 >heard &
sleep 2
mosquitto_pub -h 127.0.0.1 -p 1899 -t door -m open
wait %2
grep -x open heard
kill %1
