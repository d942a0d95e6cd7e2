# SPDX-License-Identifier: Apache-2.0
seq 1000 >log
printf '%s/log {\n rotate 2\n compress\n}\n' "$PWD" >conf
logrotate -f -s state conf
gunzip -c log.1.gz | tail -1 | grep -x 1000
