# SPDX-License-Identifier: Apache-2.0
strace -o trace -f -e trace=openat,execve sh -c 'cat /etc/passwd >/dev/null'
grep 'execve("/bin/sh"' trace
grep '/etc/passwd' trace
