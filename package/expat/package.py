# SPDX-License-Identifier: Apache-2.0
"""Library that parses XML as it arrives."""

from leafroot import Archive, CMake, Package

package = Package(
    version="2.8.3",
    group="libraries",
    archive=Archive(
        "debian:pool/main/e/expat/expat_{version}.orig.tar.gz",
        sha256="533659a16e0184035a99fd8e783f1ad61a887a7bf8586a8681740b9d7ed42389",
    ),
    license="MIT AND CC0-1.0",
    license_files=["COPYING"],
    build=CMake(
        folder="expat",
        options=[
            "-DEXPAT_BUILD_TOOLS=OFF",
            "-DEXPAT_BUILD_EXAMPLES=OFF",
            "-DEXPAT_BUILD_TESTS=OFF",
            "-DEXPAT_BUILD_DOCS=OFF",
        ],
    ),
)
