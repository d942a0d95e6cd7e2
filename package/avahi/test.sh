# SPDX-License-Identifier: Apache-2.0
# It runs since the system has started, and hears of eth0 by itself.
avahi-daemon -c
ip link set eth0 multicast on up
avahi-publish -s door _http._tcp 80 &
sleep 3
avahi-browse -t -p _http._tcp | grep ';door;'
kill %1
/etc/init.d/S50avahi stop
fails avahi-daemon -c
