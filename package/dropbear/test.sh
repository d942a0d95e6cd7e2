# SPDX-License-Identifier: Apache-2.0
# The start script is there if it is the root's SSH server.
[ ! -e /etc/init.d/S50dropbear ] || kill -0 "$(cat /run/dropbear.pid)"
dropbearkey -t ed25519 -f host
dropbearkey -t ed25519 -f mine
dropbearkey -t ed25519 -f other
dropbear -F -E -s -r host -P "$PWD/pid" -p 127.0.0.1:2299 2>log &
mkdir -p -m 700 /root/.ssh
dropbearkey -y -f mine | grep ^ssh >/root/.ssh/authorized_keys
chmod 600 /root/.ssh/authorized_keys
sleep 1
dbclient -y -y -i mine -p 2299 root@127.0.0.1 'echo answer $((6 * 7))' </dev/null | grep -x 'answer 42'
# Another key is refused, and so is nobody's.
fails dbclient -y -y -i other -p 2299 root@127.0.0.1 true </dev/null
fails dbclient -y -y -p 2299 root@127.0.0.1 true </dev/null
kill %1
rm -r /root/.ssh
