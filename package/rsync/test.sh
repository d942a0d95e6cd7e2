# SPDX-License-Identifier: Apache-2.0
mkdir a
seq 1000 >a/numbers
ln -s numbers a/link
rsync -a a/ b
cmp a/numbers b/numbers
[ "$(readlink b/link)" = numbers ]
printf 'port = 8730\naddress = 127.0.0.1\n[files]\npath = %s/a\nuse chroot = no\nuid = root\ngid = root\n' "$PWD" >/etc/rsyncd.conf
/etc/init.d/S60rsyncd start
sleep 1
rsync -az rsync://127.0.0.1:8730/files/ c
cmp a/numbers c/numbers
/etc/init.d/S60rsyncd stop
rm /etc/rsyncd.conf
