# SPDX-License-Identifier: Apache-2.0
"""TLS and cryptography for small systems."""

from leafroot import Archive, CMake, Package

package = Package(
    version="3.6.6",
    group="libraries",
    archive=Archive(
        [
            "debian:pool/main/m/mbedtls/mbedtls_{version}.orig.tar.bz2",
            "https://github.com/Mbed-TLS/mbedtls/releases/download/mbedtls-{version}/mbedtls-{version}.tar.bz2",
        ],
        sha256="8fb65fae8dcae5840f793c0a334860a411f884cc537ea290ce1c52bb64ca007a",
    ),
    license="Apache-2.0 OR GPL-2.0-or-later",
    license_files=["LICENSE"],
    build=CMake(
        options=[
            "-DENABLE_TESTING=OFF",
            "-DENABLE_PROGRAMS=OFF",
            "-DUSE_SHARED_MBEDTLS_LIBRARY=ON",
            "-DUSE_STATIC_MBEDTLS_LIBRARY=OFF",
        ]
    ),
)
