# SPDX-License-Identifier: Apache-2.0
mkdir a
seq 1000 >a/numbers
ln -s numbers a/link
rsync -a a/ b
cmp a/numbers b/numbers
[ "$(readlink b/link)" = numbers ]
printf '[files]\npath = %s/a\nuse chroot = no\nuid = root\ngid = root\n' "$PWD" >conf
rsync --daemon --config=conf --port=8730 --address=127.0.0.1 --no-detach &
sleep 1
rsync -az rsync://127.0.0.1:8730/files/ c
cmp a/numbers c/numbers
kill %1
