# SPDX-License-Identifier: Apache-2.0
"""Library that parses JSON as it arrives."""

from leafroot import Archive, CMake, Package

package = Package(
    version="2.1.0",
    group="libraries",
    archive=Archive(
        "debian:pool/main/y/yajl/yajl_{version}.orig.tar.gz",
        sha256="3fb73364a5a30efe615046d07e6db9d09fd2b41c763c5f7d3bfb121cd5c5ac5a",
    ),
    license="ISC",
    license_files=["COPYING"],
    build=CMake(),
)
