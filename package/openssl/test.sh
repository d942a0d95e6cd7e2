# SPDX-License-Identifier: Apache-2.0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost
openssl verify -CAfile cert.pem cert.pem
printf abc | openssl dgst -sha256 | grep ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
openssl s_server -accept 4433 -key key.pem -cert cert.pem -www -quiet &
n=0
until openssl s_client -connect 127.0.0.1:4433 -CAfile cert.pem -verify_return_error -tls1_3 </dev/null >said 2>&1; do
    n=$((n + 1))
    [ $n -lt 20 ] || { cat said; exit 1; }
    sleep 1
done
grep 'Verify return code: 0' said
fails openssl s_client -connect 127.0.0.1:4433 -verify_return_error </dev/null
kill %1
