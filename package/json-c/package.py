# SPDX-License-Identifier: Apache-2.0
"""Library for JSON, with reference counts."""

from leafroot import Archive, CMake, Package

package = Package(
    version="0.18",
    group="libraries",
    archive=Archive(
        "debian:pool/main/j/json-c/json-c_{version}+ds.orig.tar.xz",
        sha256="f6439962c9622c1f9f4746d5b3daf5e0800c335281b048fab00159f2a29d7daa",
    ),
    license="MIT",
    license_files=["COPYING"],
    build=CMake(options=["-DBUILD_APPS=OFF", "-DDISABLE_WERROR=ON"]),
)
