# SPDX-License-Identifier: Apache-2.0
"""DNS forwarder, and servers for DHCP and TFTP, for small networks."""

from leafroot import Account, Archive, Make, Package

package = Package(
    version="2.91",
    group="network",
    archive=Archive(
        "debian:pool/main/d/dnsmasq/dnsmasq_{version}.orig.tar.gz",
        sha256="2d26a048df452b3cfa7ba05efbbcdb19b12fe7a0388761eb5d00938624bd76c8",
    ),
    license="GPL-2.0-only OR GPL-3.0-only",
    license_files=["COPYING", "COPYING-v3"],
    build=Make(folder=".", variables={"PREFIX": "/usr", "CFLAGS": "{cflags}", "LDFLAGS": "{ldflags}"}),
    accounts=[Account("dnsmasq", 908)],
    kernel=["NET", "INET", "PACKET", "UNIX"],
)
