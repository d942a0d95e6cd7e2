# SPDX-License-Identifier: Apache-2.0
"""Library and programs for JPEG images."""

from leafroot import Archive, CMake, Package

package = Package(
    version="2.1.5",
    group="media",
    archive=Archive(
        "debian:pool/main/libj/libjpeg-turbo/libjpeg-turbo_{version}.orig.tar.gz",
        sha256="254f3642b04e309fee775123133c6464181addc150499561020312ec61c1bf7c",
    ),
    license="IJG AND BSD-3-Clause AND Zlib",
    license_files=["LICENSE.md", "README.ijg"],
    build=CMake(options=["-DENABLE_STATIC=OFF", "-DWITH_SIMD=OFF", "-DWITH_JAVA=OFF"]),
)
