# SPDX-License-Identifier: Apache-2.0
"""Library and programs for archives of any form: bsdtar, bsdcpio."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.7.4",
    group="shell",
    archive=Archive(
        "debian:pool/main/liba/libarchive/libarchive_{version}.orig.tar.xz",
        sha256="f887755c434a736a609cbd28d87ddbfbe9d6a3bb5b703c22c02f6af80a802735",
    ),
    license="BSD-2-Clause AND BSD-3-Clause AND (CC0-1.0 OR OpenSSL OR Apache-2.0)",
    license_files=["COPYING"],
    depends=["lz4", "xz", "zlib", "zstd"],
    build=Autotools(
        options=[
            *("--disable-acl", "--disable-xattr", "--without-bz2lib", "--without-libb2", "--without-iconv"),
            *("--without-lzo2", "--without-nettle", "--without-openssl", "--without-xml2", "--without-expat"),
            *("--without-cng", "--disable-bsdunzip", "--with-lz4"),
        ]
    ),
)
