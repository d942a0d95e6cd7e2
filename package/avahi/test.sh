# SPDX-License-Identifier: Apache-2.0
ip link set eth0 multicast on up
avahi-daemon --no-drop-root --no-chroot --no-rlimits -D || true
sleep 3
avahi-daemon -c
avahi-browse -a -t || true
avahi-daemon -k
