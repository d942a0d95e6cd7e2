# SPDX-License-Identifier: Apache-2.0
seq 100000 >numbers
xz -k numbers
xz -dc numbers.xz | cmp - numbers
printf x | dd of=numbers.xz bs=1 seek=100 conv=notrunc
fails xz -t numbers.xz
