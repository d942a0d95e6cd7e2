# SPDX-License-Identifier: Apache-2.0
"""Makes and unpacks squashfs images: mksquashfs and unsquashfs."""

from leafroot import Archive, Make, Package

package = Package(
    version="4.6.1",
    group="storage",
    archive=Archive(
        "debian:pool/main/s/squashfs-tools/squashfs-tools_{version}.orig.tar.gz",
        sha256="94201754b36121a9f022a190c75f718441df15402df32c2b520ca331a107511c",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    depends=["lz4", "xz", "zlib", "zstd"],
    build=Make(
        folder="squashfs-tools",
        variables={
            **{f"{name}_SUPPORT": "1" for name in ("GZIP", "XZ", "LZ4", "ZSTD", "XATTR")},
            "LZO_SUPPORT": "0",
            "INSTALL_DIR": "/out/usr/bin",
            "INSTALL_MANPAGES_DIR": "",
            "USE_PREBUILT_MANPAGES": "n",
        },
    ),
)
