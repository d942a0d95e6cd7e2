# SPDX-License-Identifier: Apache-2.0
truncate -s 48M disk
printf secret >key
cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 disk key
cryptsetup open --key-file key disk hidden
seq 100 >/dev/mapper/hidden
head -c 20 /dev/mapper/hidden | head -1 | grep -x 1
cryptsetup close hidden
printf wrong >other
fails cryptsetup open --key-file other disk hidden
