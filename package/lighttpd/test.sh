# SPDX-License-Identifier: Apache-2.0
mkdir www
echo page >www/index.html
cat >conf <<CONF
server.document-root = "$PWD/www"
server.port = 8077
server.bind = "127.0.0.1"
index-file.names = ("index.html")
CONF
lighttpd -tt -f conf
lighttpd -D -f conf &
sleep 2
wget -q -O - http://127.0.0.1:8077/ | grep -x page
kill %1
