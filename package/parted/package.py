# SPDX-License-Identifier: Apache-2.0
"""Partitions disks; changes tables of GPT and MBR."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.6",
    group="storage",
    archive=Archive(
        "debian:pool/main/p/parted/parted_{version}.orig.tar.xz",
        sha256="3b43dbe33cca0f9a18601ebab56b7852b128ec1a3df3a9b30ccde5e73359e612",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    depends=["util-linux"],
    build=Autotools(options=["--disable-device-mapper", "--without-readline", "--disable-rpath"]),
)
