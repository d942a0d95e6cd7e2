# SPDX-License-Identifier: Apache-2.0
"""DHCP client for IPv4 and IPv6."""

from leafroot import Archive, Configure, Package

package = Package(
    version="10.1.0",
    group="network",
    archive=Archive(
        "debian:pool/main/d/dhcpcd/dhcpcd_{version}.orig.tar.gz",
        sha256="98b396730159902464714f1762da29fb19e748ede1ade3516f0aabc8059d9c4d",
    ),
    license="BSD-2-Clause AND ISC",
    license_files=["LICENSE"],
    build=Configure(
        options=[
            *("--prefix=/usr", "--sysconfdir=/etc", "--libexecdir=/usr/lib/dhcpcd", "--dbdir=/var/lib/dhcpcd"),
            *("--rundir=/run/dhcpcd", "--build=x86_64-linux-gnu", "--host={target}", "--disable-privsep"),
            *("--without-udev", "--os=linux"),
        ]
    ),
    kernel=["PACKET", "INET"],
)
