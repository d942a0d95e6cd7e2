# SPDX-License-Identifier: Apache-2.0
seq 100000 >numbers
zstd -q numbers
zstd -q -d -c numbers.zst | cmp - numbers
printf x | dd of=numbers.zst bs=1 seek=100 conv=notrunc
fails zstd -q -t numbers.zst
