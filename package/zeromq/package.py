# SPDX-License-Identifier: Apache-2.0
"""Library for messages between programs and machines."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="4.3.4",
    group="libraries",
    archive=Archive(
        "debian:pool/main/z/zeromq3/zeromq3_{version}.orig.tar.gz",
        sha256="0ff5a531c9ffaf0dfdc7dc78d13d1383088f454896d252934c429b2554d10559",
    ),
    license="LGPL-3.0-or-later",
    license_files=["COPYING.LESSER", "COPYING"],
    depends=["libsodium"],
    languages=["c++"],
    build=Autotools(
        autoreconf=True,
        options=[
            "--without-docs",
            "--disable-Werror",
            "--disable-perf",
            "--disable-curve-keygen",
            "--without-libgssapi_krb5",
            "--with-libsodium",
        ],
    ),
)
