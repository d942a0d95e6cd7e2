#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1, both on the RAM root and on the disk: runs containers with `true`, one after another. It prints how long
# each batch took, in lines that begin with "bench:".
mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run

# The bundle of oci-busybox, with `true` in place of its shell. What crun writes is in memory on both roots.
bundle=/usr/share/oci/busybox
mkdir /run/bundle
sed -e 's|"args": \["sh"\]|"args": ["true"]|' -e 's|"path": "rootfs"|"path": "/usr/share/oci/busybox/rootfs"|' \
    $bundle/config.json >/run/bundle/config.json
[ "$(grep -c -e '"args": \["true"\]' -e "$bundle/rootfs" /run/bundle/config.json)" = 2 ] || echo "bench: wrong=bundle"

count=50
several() {
    for number in $(seq $count); do
        crun run --bundle /run/bundle "true$number" || echo "bench: wrong=crun"
    done
}

while read -r id parent device root point rest; do
    [ "$point" = / ] && break
done </proc/self/mountinfo
rest=${rest##* - }
echo "bench: root=${rest%% *}"
# The first batch loads programs and libraries into the page cache.
several
for batch in 1 2 3; do
    read -r begun _ </proc/uptime
    several
    read -r ended _ </proc/uptime
    echo "bench: count=$count begun=$begun ended=$ended"
done
echo "bench: done=yes"
poweroff -f
