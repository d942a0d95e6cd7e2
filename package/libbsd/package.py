# SPDX-License-Identifier: Apache-2.0
"""Functions that the BSD systems have in their C library."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="0.12.2",
    group="libraries",
    archive=Archive(
        [
            "debian:pool/main/libb/libbsd/libbsd_{version}.orig.tar.xz",
            "https://libbsd.freedesktop.org/releases/libbsd-{version}.tar.xz",
        ],
        sha256="b88cc9163d0c652aaf39a99991d974ddba1c3a9711db8f1b5838af2a14731014",
    ),
    license="BSD-3-Clause AND BSD-2-Clause AND BSD-2-Clause-Views AND ISC AND MIT AND Beerware",
    license_files=["COPYING"],
    depends=["libmd"],
    build=Autotools(),
)
