# SPDX-License-Identifier: Apache-2.0
"""Message digests, as the BSD systems have them in their C library."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.1.0",
    group="libraries",
    archive=Archive(
        [
            "debian:pool/main/libm/libmd/libmd_{version}.orig.tar.xz",
            "https://archive.hadrons.org/software/libmd/libmd-{version}.tar.xz",
        ],
        sha256="1bd6aa42275313af3141c7cf2e5b964e8b1fd488025caf2f971f43b00776b332",
    ),
    license="BSD-3-Clause AND BSD-2-Clause AND ISC AND Beerware",
    license_files=["COPYING"],
    build=Autotools(),
)
