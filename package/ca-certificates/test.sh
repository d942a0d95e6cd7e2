# SPDX-License-Identifier: Apache-2.0
[ "$(grep -c 'BEGIN CERTIFICATE' /etc/ssl/certs/ca-certificates.crt)" -gt 100 ]
grep -q 'BEGIN CERTIFICATE' /etc/ssl/cert.pem
