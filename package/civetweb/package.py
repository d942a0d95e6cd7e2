# SPDX-License-Identifier: Apache-2.0
"""Web server to be embedded, and the program civetweb."""

from leafroot import Archive, CMake, Package

package = Package(
    version="1.16",
    group="servers",
    archive=Archive(
        "debian:pool/main/c/civetweb/civetweb_{version}+dfsg.orig.tar.xz",
        sha256="41dbfd68cd3b914ce440a5813f21058813b61a972600cc04fb8233a0d2d04fe4",
    ),
    license="MIT",
    license_files=["LICENSE.md"],
    depends=["openssl"],
    build=CMake(
        options=[
            "-DCIVETWEB_BUILD_TESTING=OFF",
            "-DCIVETWEB_ENABLE_SSL_DYNAMIC_LOADING=OFF",
            "-DCIVETWEB_SSL_OPENSSL_API_3_0=ON",
            "-DCIVETWEB_SSL_OPENSSL_API_1_1=OFF",
            "-DCIVETWEB_ENABLE_ASAN=OFF",
        ]
    ),
)
