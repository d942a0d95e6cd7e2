# SPDX-License-Identifier: Apache-2.0
# The start script is there if it is the root's SSH server.
[ ! -e /etc/init.d/S50sshd ] || kill -0 "$(cat /run/sshd.pid)"
ssh-keygen -q -t ed25519 -N '' -f mine
ssh-keygen -q -t ed25519 -N '' -f other
ssh-keygen -q -t ed25519 -N '' -f host
mkdir -p -m 700 /root/.ssh
mkdir -p -m 755 /run/sshd
cp mine.pub /root/.ssh/authorized_keys
printf 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n' >conf
/usr/sbin/sshd -D -f conf -h "$PWD/host" -p 2200 -E log &
sleep 3
options='-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -p 2200'
ssh $options -i mine root@127.0.0.1 'echo answer $((6 * 7))' </dev/null | grep -x 'answer 42'
fails ssh $options -i other root@127.0.0.1 true </dev/null
seq 1000 >numbers
sftp -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i mine -P 2200 \
    root@127.0.0.1:$PWD/numbers copy
cmp numbers copy
kill %1
rm -r /root/.ssh
