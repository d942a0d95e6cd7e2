# SPDX-License-Identifier: Apache-2.0
mkdir www
chmod 755 . www
echo page >www/index.html
cat >conf <<CONF
user root;
error_log stderr;
pid $PWD/pid;
events {}
http { access_log off; server { listen 127.0.0.1:8066; root $PWD/www; } }
CONF
nginx -t -c "$PWD/conf"
nginx -c "$PWD/conf" -g 'daemon off;' &
sleep 2
wget -q -O - http://127.0.0.1:8066/ | grep -x page
kill %1
