# SPDX-License-Identifier: Apache-2.0
# Its own suite is tests/boot/test_busybox_suite.py. Here: the shell, and a command of each kind.
[ "$(readlink -f /bin/sh)" = /bin/busybox ]
[ "$(echo 3 1 2 | tr ' ' '\n' | sort -n | head -1)" = 1 ]
echo text | gzip | gunzip | grep -x text
ps | grep '^ *1 .*init'
