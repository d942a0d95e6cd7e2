# SPDX-License-Identifier: Apache-2.0
"""Logical volumes, and the device mapper's library and programs."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.03.31",
    group="storage",
    archive=Archive(
        "debian:pool/main/l/lvm2/lvm2_{version}.orig.tar.xz",
        sha256="5541d15f739bc62263b551b1d8091ea8fc889a31ed20cdc58ff9f7192d8ecd4a",
    ),
    license="GPL-2.0-only AND LGPL-2.1-only AND BSD-2-Clause",
    license_files=["COPYING", "COPYING.LIB", "COPYING.BSD"],
    depends=["libaio", "util-linux"],
    build=Autotools(
        options=[
            *("--enable-pkgconfig", "--disable-readline", "--disable-selinux", "--disable-dbus-service"),
            *("--with-thin=none", "--with-cache=none", "--with-vdo=none", "--with-writecache=none"),
            *("--with-integrity=none", "--disable-udev_sync", "--disable-blkid_wiping", "--without-systemd"),
            *("--with-default-run-dir=/run/lvm", "--with-default-locking-dir=/run/lock/lvm", "--with-symvers=no"),
            *("--with-default-pid-dir=/run", "--with-default-dm-run-dir=/run", "--with-confdir=/etc"),
        ],
        in_tree=True,
    ),
    kernel=["MD", "BLK_DEV_DM"],
)
