# SPDX-License-Identifier: Apache-2.0
"""Shows and changes the settings of network cards."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="6.1",
    group="network",
    archive=Archive(
        "debian:pool/main/e/ethtool/ethtool_{version}.orig.tar.xz",
        sha256="c41fc881ffa5a40432d2dd829eb44c64a49dee482e716baacf9262c64daa8f90",
    ),
    license="GPL-2.0-only AND GPL-2.0-or-later",
    license_files=["COPYING", "LICENSE"],
    build=Autotools(options=["--disable-netlink"], env={"CPPFLAGS": "-D_GNU_SOURCE -include sys/types.h"}),
    kernel=["NET"],
)
