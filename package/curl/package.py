# SPDX-License-Identifier: Apache-2.0
"""Program and library that get and send files by URL."""

from leafroot import Archive, Autotools, Option, Package, Provider

package = Package(
    version="8.14.1",
    group="network",
    archive=Archive(
        "debian:pool/main/c/curl/curl_{version}.orig.tar.gz",
        sha256="6766ada7101d292b42b8b15681120acd68effa4a9660935853cf6d61f0d984d4",
    ),
    license="curl",
    license_files=["COPYING"],
    depends=["zlib"],
    options=[
        Provider("tls", "TLS library", openssl=["--with-openssl"], mbedtls=["--with-mbedtls"], none=["--without-ssl"]),
        Option("zstd", "Compression with zstd", ["--with-zstd"], ["--without-zstd"], depends=["zstd"]),
        Option("ipv6", "IPv6", ["--enable-ipv6"], ["--disable-ipv6"], default=True),
    ],
    build=Autotools(
        options=[
            *("--disable-ldap", "--disable-manual", "--without-libpsl", "--without-brotli", "--without-libidn2"),
            *("--without-nghttp2", "--without-librtmp", "--with-ca-bundle=/etc/ssl/certs/ca-certificates.crt"),
        ]
    ),
)
