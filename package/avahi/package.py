# SPDX-License-Identifier: Apache-2.0
"""Finds services in the local network, and offers them: mDNS and DNS-SD."""

from leafroot import Account, Archive, Autotools, Package

package = Package(
    version="0.8",
    group="network",
    archive=Archive(
        "debian:pool/main/a/avahi/avahi_{version}.orig.tar.gz",
        sha256="060309d7a333d38d951bc27598c677af1796934dbd98e1024e7ad8de798fedda",
    ),
    license="LGPL-2.1-or-later",
    license_files=["LICENSE"],
    depends=["dbus", "expat", "libdaemon"],
    build=Autotools(
        options=[
            *("--with-distro=none", "--disable-glib", "--disable-gobject", "--disable-qt3", "--disable-qt4"),
            *(
                "--disable-qt5",
                "--disable-gtk",
                "--disable-gtk3",
                "--disable-gdbm",
                "--disable-python",
                "--disable-mono",
            ),
            *("--disable-manpages", "--disable-doxygen-doc", "--disable-libevent"),
            *("--with-avahi-user=avahi", "--with-avahi-group=avahi", "--with-autoipd-user=avahi"),
            *("--with-autoipd-group=avahi", "--with-systemdsystemunitdir=no", "--runstatedir=/run"),
        ]
    ),
    accounts=[Account("avahi", 904)],
    kernel=["INET", "IP_MULTICAST", "UNIX"],
)
