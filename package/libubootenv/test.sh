# SPDX-License-Identifier: Apache-2.0
printf '%s/env 0x0 0x1000\n' "$PWD" >conf
truncate -s 4096 env
printf 'colour=green\n' >first
fw_setenv -c conf -f first colour green
fw_printenv -c conf colour | grep -x colour=green
