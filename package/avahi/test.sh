# SPDX-License-Identifier: Apache-2.0
ip link set eth0 multicast on up
avahi-daemon --no-drop-root --no-rlimits -D
sleep 3
avahi-daemon -c
avahi-browse -a -t
avahi-daemon -k
