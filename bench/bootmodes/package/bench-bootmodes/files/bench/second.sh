#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 where the kernel keeps the archive (retain_initrd): unpacks it a second time, into a tmpfs.
set -eo pipefail
mount -t sysfs sysfs /sys
mkdir /second
mount -t tmpfs -o size=1g,mode=0755 second /second
cd /second
zstd -dcq </sys/firmware/initrd | cpio -i -d -m -H newc
umount /sys
exec switch_root /second /bench/shell.sh
