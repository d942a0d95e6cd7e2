# SPDX-License-Identifier: Apache-2.0
seq 100 >numbers
bsdtar -a -cf a.tar.zst numbers
bsdtar -tf a.tar.zst | grep -x numbers
bsdtar -a -cf a.zip numbers
bsdtar -xOf a.zip numbers | cmp - numbers
