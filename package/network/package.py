# SPDX-License-Identifier: Apache-2.0
"""Configures the network at startup: eth0 by DHCP, or as an overlay's /etc/network/interfaces says.

See docs/running-system.md.
"""

from leafroot import Files, Option, Package

package = Package(
    version="1",
    group="system",
    license="Apache-2.0",
    build=Files(),
    runs_with=["busybox"],
    options=[Option("ipv6", "IPv6 in the kernel", kernel=["IPV6"])],
    kernel=["NET", "INET", "PACKET", "UNIX"],
)
