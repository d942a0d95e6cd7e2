# SPDX-License-Identifier: Apache-2.0
"""Library for PNG images."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.6.48",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libp/libpng1.6/libpng1.6_{version}.orig.tar.gz",
        sha256="b17e99026055727e8cba99160c3a9a7f9af788e9f786daeadded5a42243f1dd0",
    ),
    license="libpng-2.0",
    license_files=["LICENSE"],
    depends=["zlib"],
    build=Autotools(options=["--disable-tests", "--disable-tools"]),
)
