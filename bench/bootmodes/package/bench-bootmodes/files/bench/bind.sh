#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 on plain rootfs: the root is mounted over itself, and whoever is to use pivot_root has to be on that mount.
# A path that goes up from / arrives on the topmost mount there; / itself does not.
mount --bind / / || exit 1
exec chroot /.. /bench/shell.sh
