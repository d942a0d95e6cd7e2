# SPDX-License-Identifier: Apache-2.0
seq 100000 >numbers
lz4 -q numbers numbers.lz4
lz4 -q -d -c numbers.lz4 | cmp - numbers
printf x | dd of=numbers.lz4 bs=1 seek=100 conv=notrunc
fails lz4 -q -t numbers.lz4
