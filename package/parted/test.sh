# SPDX-License-Identifier: Apache-2.0
truncate -s 16M disk
parted -s disk mklabel gpt mkpart data 1MiB 8MiB
parted -s -m disk print | grep ':data:'
