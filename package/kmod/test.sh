# SPDX-License-Identifier: Apache-2.0
kmod --version | grep -- '+ZSTD'
loads libkmod.so.2
mkdir -p lib/modules/1.0
depmod -b "$PWD" 1.0
[ -e lib/modules/1.0/modules.dep ]
