# SPDX-License-Identifier: Apache-2.0
"""Programs for raw flash: UBI, UBIFS, JFFS2, NAND and NOR."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.3.0",
    group="storage",
    archive=Archive(
        "debian:pool/main/m/mtd-utils/mtd-utils_{version}.orig.tar.xz",
        sha256="d1242d44c5772394d159117f3aeaa352f4265a073cb6dc0d91ced13d9b3299df",
    ),
    license="GPL-2.0-only",
    license_files=["COPYING"],
    depends=["util-linux", "zlib", "zstd"],
    build=Autotools(
        autoreconf=True, options=["--without-tests", "--without-crypto", "--without-lzo", "--without-xattr"]
    ),
    kernel=["MTD"],
)
