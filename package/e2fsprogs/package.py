# SPDX-License-Identifier: Apache-2.0
"""Makes, checks and changes the file systems ext2, ext3 and ext4."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.47.2",
    group="storage",
    archive=Archive(
        "debian:pool/main/e/e2fsprogs/e2fsprogs_{version}.orig.tar.gz",
        sha256="6dcd67ff9d8b13274ba3f088e4318be4f5b71412cd863524423fc49d39a6371f",
    ),
    license="GPL-2.0-only AND GPL-2.0-or-later AND LGPL-2.0-only AND BSD-3-Clause AND MIT",
    license_files=["NOTICE", "lib/uuid/COPYING"],
    depends=["util-linux"],
    build=Autotools(
        options=[
            *("--enable-elf-shlibs", "--disable-libblkid", "--disable-libuuid", "--disable-uuidd", "--disable-fsck"),
            *("--disable-e2initrd-helper", "--disable-debugfs", "--disable-defrag", "--disable-imager"),
            *("--without-libarchive", "--disable-fuse2fs", "--with-crond-dir=no", "--with-systemd-unit-dir=no"),
            *("--with-udev-rules-dir=no", "--with-root-prefix=/usr"),
        ],
        install=["install", "install-libs"],
    ),
    kernel=["BLOCK"],
)
