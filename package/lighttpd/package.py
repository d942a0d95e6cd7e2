# SPDX-License-Identifier: Apache-2.0
"""Web server for small systems."""

from leafroot import Archive, Meson, Option, Package

package = Package(
    version="1.4.79",
    group="servers",
    archive=Archive(
        "debian:pool/main/l/lighttpd/lighttpd_{version}.orig.tar.xz",
        sha256="3b29a625b3ad88702d1fea4f5f42bb7d87488f2e4efc977d7f185329ca6084bd",
    ),
    license="BSD-3-Clause",
    license_files=["COPYING"],
    depends=["pcre2", "zlib"],
    options=[
        Option("tls", "TLS", ["-Dwith_openssl=true"], ["-Dwith_openssl=false"], default=True, depends=["openssl"]),
    ],
    build=Meson(options=["-Dwith_zlib=enabled", "-Dwith_pcre=disabled", "-Dwith_pcre2=true", "-Dwith_bzip=disabled"]),
)
