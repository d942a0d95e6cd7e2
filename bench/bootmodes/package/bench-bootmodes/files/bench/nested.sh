#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the outer archive: unpacks the inner archive into a tmpfs, and leaves the outer root.
set -eo pipefail
mkdir /inner
mount -t tmpfs -o size=1g,mode=0755 inner /inner
cd /inner
zstd -dcq /inner.cpio.zst | cpio -i -d -m -H newc
exec switch_root /inner /bench/shell.sh
