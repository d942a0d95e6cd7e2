# SPDX-License-Identifier: Apache-2.0
mkdir www
echo page >www/index.html
printf 'document_root %s/www\nlistening_ports 127.0.0.1:8055\n' "$PWD" >/etc/civetweb.conf
/etc/init.d/S60civetweb start
sleep 2
wget -q -O - http://127.0.0.1:8055/ | grep -x page
/etc/init.d/S60civetweb stop
rm /etc/civetweb.conf
