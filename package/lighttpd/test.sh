# SPDX-License-Identifier: Apache-2.0
mkdir -p /etc/lighttpd www
echo page >www/index.html
cat >/etc/lighttpd/lighttpd.conf <<CONF
server.document-root = "$PWD/www"
server.port = 8077
server.bind = "127.0.0.1"
index-file.names = ("index.html")
CONF
lighttpd -tt -f /etc/lighttpd/lighttpd.conf
/etc/init.d/S60lighttpd start
sleep 2
wget -q -O - http://127.0.0.1:8077/ | grep -x page
/etc/init.d/S60lighttpd stop
rm -r /etc/lighttpd
