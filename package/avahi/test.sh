# SPDX-License-Identifier: Apache-2.0
ip link set eth0 multicast on up
avahi-daemon --no-rlimits -D
sleep 3
avahi-daemon -c
avahi-publish -s door _http._tcp 80 &
sleep 3
avahi-browse -t -p _http._tcp | grep ';door;'
kill %1
avahi-daemon -k
