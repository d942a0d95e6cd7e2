# SPDX-License-Identifier: Apache-2.0
"""Init for containers: starts one program, forwards signals to it, and reaps orphaned processes."""

from leafroot import Archive, Make, Package

package = Package(
    version="0.2.1",
    group="containers",
    archive=Archive(
        [
            "debian:pool/main/c/catatonit/catatonit_{version}.orig.tar.gz",
            "https://github.com/openSUSE/catatonit/archive/refs/tags/v{version}.tar.gz",
        ],
        sha256="771385049516fdd561fbb9164eddf376075c4c7de3900a8b18654660172748f1",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    build=Make(),
    kernel=["SIGNALFD"],
)
