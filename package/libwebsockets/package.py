# SPDX-License-Identifier: Apache-2.0
"""Library for web servers and clients, with WebSocket."""

from leafroot import Archive, CMake, Package

package = Package(
    version="4.3.5",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libw/libwebsockets/libwebsockets_{version}.orig.tar.gz",
        sha256="87f99ad32803ed325fceac5327aae1f5c1b417d54ee61ad36cffc8df5f5ab276",
    ),
    license="MIT AND BSD-3-Clause AND BSD-2-Clause",
    license_files=["LICENSE"],
    depends=["openssl", "zlib"],
    build=CMake(
        options=[
            "-DLWS_WITHOUT_TESTAPPS=ON",
            "-DLWS_WITH_STATIC=OFF",
            "-DLWS_WITHOUT_EXTENSIONS=OFF",
            "-DLWS_WITH_ZLIB=ON",
            "-DDISABLE_WERROR=ON",
        ]
    ),
)
