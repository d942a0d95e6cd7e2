# SPDX-License-Identifier: Apache-2.0
"""Bluetooth: the daemon, and the program bluetoothctl."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="5.82",
    group="wireless",
    archive=Archive(
        "debian:pool/main/b/bluez/bluez_{version}.orig.tar.gz",
        sha256="818e2bfa64d3d26b49cc857448f00f4fc7bb76949266de8d7f4c07f8057bf95c",
    ),
    license="GPL-2.0-or-later AND LGPL-2.1-or-later",
    license_files=["COPYING", "COPYING.LIB"],
    depends=["dbus", "glib", "readline"],
    build=Autotools(
        options=[
            *("--disable-udev", "--disable-obex", "--disable-cups", "--disable-systemd", "--disable-manpages"),
            *("--disable-testing", "--enable-library", "--with-dbusconfdir=/usr/share"),
        ]
    ),
    kernel=["BT"],
)
