# SPDX-License-Identifier: Apache-2.0
mkdir www
echo page >www/index.html
civetweb -document_root www -listening_ports 127.0.0.1:8055 &
sleep 2
wget -q -O - http://127.0.0.1:8055/ | grep -x page
kill %1
