# SPDX-License-Identifier: Apache-2.0
"""Program and library for .lz4 files: quick rather than small."""

from leafroot import Archive, CMake, Package

package = Package(
    version="1.10.0",
    group="shell",
    archive=Archive(
        [
            "debian:pool/main/l/lz4/lz4_{version}.orig.tar.gz",
            "https://github.com/lz4/lz4/releases/download/v{version}/lz4-{version}.tar.gz",
        ],
        sha256="537512904744b35e232912055ccf8ec66d768639ff3abe5788d90d792ec5f48b",
    ),
    license="BSD-2-Clause AND GPL-2.0-or-later",
    license_files=["LICENSE", "lib/LICENSE", "programs/COPYING"],
    build=CMake(folder="build/cmake"),
)
