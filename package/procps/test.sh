# SPDX-License-Identifier: Apache-2.0
ps -eo pid,comm | grep '^ *1 init'
vmstat 1 1 | grep procs
pgrep -o init | grep -x 1
