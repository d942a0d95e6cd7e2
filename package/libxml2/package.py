# SPDX-License-Identifier: Apache-2.0
"""Library for XML, and the program xmllint."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.9.14",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libx/libxml2/libxml2_2.12.7+dfsg+really{version}.orig.tar.xz",
        sha256="4fe913dec8b1ab89d13b489b419a8203176ea39e931eaa0d25b17eafb9c279e9",
    ),
    license="MIT",
    license_files=["Copyright"],
    depends=["xz", "zlib"],
    build=Autotools(options=["--without-python", "--without-icu", "--without-readline"]),
)
