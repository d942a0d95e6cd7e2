# SPDX-License-Identifier: Apache-2.0
"""Library that reads and writes YAML."""

from leafroot import Archive, CMake, Package

package = Package(
    version="0.2.5",
    group="libraries",
    archive=Archive(
        "debian:pool/main/liby/libyaml/libyaml_{version}.orig.tar.gz",
        sha256="fa240dbf262be053f3898006d502d514936c818e422afdcf33921c63bed9bf2e",
    ),
    license="MIT",
    license_files=["License"],
    build=CMake(),
)
