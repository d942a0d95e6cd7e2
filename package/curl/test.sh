# SPDX-License-Identifier: Apache-2.0
mkdir www
echo page >www/index.html
httpd -p 127.0.0.1:8099 -h "$PWD/www"
curl -sS http://127.0.0.1:8099/ | grep -x page
curl -sS -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8099/none | grep -x 404
curl --version | grep https
# A server with a certificate of an authority of our own; then one that nobody vouches for.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost
openssl s_server -accept 4499 -key key.pem -cert cert.pem -www -quiet &
n=0
until curl -sS --cacert cert.pem https://localhost:4499/ >said; do
    n=$((n + 1))
    [ $n -lt 20 ]
    sleep 1
done
grep -i 'Secure Renegotiation\|TLS' said
fails curl -sS https://localhost:4499/ 2>refused
grep -i 'certificate' refused
kill %1
