# SPDX-License-Identifier: Apache-2.0
"""Library that records packets of the network."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.10.5",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libp/libpcap/libpcap_{version}.orig.tar.xz",
        sha256="84fa89ac6d303028c1c5b754abff77224f45eca0a94eb1a34ff0aa9ceece3925",
    ),
    license="BSD-3-Clause",
    license_files=["LICENSE"],
    build=Autotools(
        options=["--with-pcap=linux", "--without-libnl", "--disable-usb", "--disable-dbus", "--disable-rdma"]
    ),
    kernel=["PACKET"],
)
