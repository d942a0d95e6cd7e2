# SPDX-License-Identifier: Apache-2.0
"""Web server and proxy."""

from leafroot import Account, Archive, Configure, Option, Package

package = Package(
    version="1.26.3",
    group="servers",
    archive=Archive(
        "debian:pool/main/n/nginx/nginx_{version}.orig.tar.gz",
        sha256="69ee2b237744036e61d24b836668aad3040dda461fe6f570f1787eab570c75aa",
    ),
    license="BSD-2-Clause",
    license_files=["LICENSE"],
    depends=["pcre2", "zlib"],
    options=[
        Option("tls", "TLS", ["--with-http_ssl_module"], default=True, depends=["openssl"]),
    ],
    build=Configure(
        options=[
            *("--crossbuild=Linux::{arch}", "--with-cc={target}-gcc", "--with-cpp={target}-gcc", "--prefix=/usr"),
            *("--conf-path=/etc/nginx/nginx.conf", "--sbin-path=/usr/sbin/nginx", "--pid-path=/run/nginx.pid"),
            *("--lock-path=/run/nginx.lock", "--error-log-path=/var/log/nginx/error.log", "--user=nginx"),
            *("--http-log-path=/var/log/nginx/access.log", "--http-client-body-temp-path=/tmp/nginx-body"),
            *("--http-proxy-temp-path=/tmp/nginx-proxy", "--with-http_v2_module", "--with-pcre"),
            *("--without-http_fastcgi_module", "--without-http_uwsgi_module", "--without-http_scgi_module"),
        ]
    ),
    accounts=[Account("nginx", 905)],
)
