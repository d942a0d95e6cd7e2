# SPDX-License-Identifier: Apache-2.0
"""Library for cryptography, without a TLS of its own."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.10.1",
    group="libraries",
    archive=Archive(
        "debian:pool/main/n/nettle/nettle_{version}.orig.tar.gz",
        sha256="b0fcdd7fc0cdea6e80dcf1dd85ba794af0d5b4a57e26397eee3bc193272d9132",
    ),
    license="LGPL-3.0-or-later OR GPL-2.0-or-later",
    license_files=["COPYING.LESSERv3", "COPYINGv2"],
    build=Autotools(options=["--disable-openssl", "--disable-documentation", "--enable-mini-gmp", "--disable-fat"]),
)
