# SPDX-License-Identifier: Apache-2.0
# Two ends of a tunnel with one key.
openvpn --version | grep '^OpenVPN 2.6.14'
mkdir -p /etc/openvpn
openvpn --genkey secret /etc/openvpn/key
tunnel() { # NAME PORT OTHER-PORT ADDRESS OTHER-ADDRESS
    cat >"/etc/openvpn/$1.conf" <<CONF
dev tun
ifconfig $4 $5
local 127.0.0.1
lport $2
remote 127.0.0.1 $3
secret key
cipher AES-256-CBC
log $PWD/$1.log
ping 1
CONF
}
tunnel one 1194 1195 192.0.2.1 192.0.2.2
tunnel two 1195 1194 192.0.2.2 192.0.2.1
/etc/init.d/S46openvpn start
for _ in $(seq 30); do
    if grep 'Peer Connection Initiated' one.log && grep 'Peer Connection Initiated' two.log; then break; fi
    sleep 1
done
grep 'Peer Connection Initiated' one.log
grep 'Peer Connection Initiated' two.log
/etc/init.d/S46openvpn stop
rm -r /etc/openvpn
