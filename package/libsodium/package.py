# SPDX-License-Identifier: Apache-2.0
"""Library for encryption and signatures, easy to use right."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.0.18",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libs/libsodium/libsodium_{version}.orig.tar.gz",
        sha256="d59323c6b712a1519a5daf710b68f5e7fde57040845ffec53850911f10a5d4f4",
    ),
    license="ISC",
    license_files=["LICENSE"],
    build=Autotools(autoreconf=True, options=["--disable-ssp"]),
)
