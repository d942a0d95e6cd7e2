#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 on plain rootfs: mounts the root over itself. A program that uses pivot_root must be on that mount.
# A path that goes up from / reaches the topmost mount; / itself does not.
mount --bind / / || exit 1
exec chroot /.. /bench/shell.sh
