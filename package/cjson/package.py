# SPDX-License-Identifier: Apache-2.0
"""Small library for JSON."""

from leafroot import Archive, CMake, Package

package = Package(
    version="1.7.18",
    group="libraries",
    archive=Archive(
        "debian:pool/main/c/cjson/cjson_{version}.orig.tar.gz",
        sha256="3aa806844a03442c00769b83e99970be70fbef03735ff898f4811dd03b9f5ee5",
    ),
    license="MIT",
    license_files=["LICENSE"],
    build=CMake(options=["-DENABLE_CJSON_TEST=OFF", "-DENABLE_CJSON_UTILS=ON"]),
)
