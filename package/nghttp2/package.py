# SPDX-License-Identifier: Apache-2.0
"""Library for HTTP/2."""

from leafroot import Archive, CMake, Package

package = Package(
    version="1.64.0",
    group="libraries",
    archive=Archive(
        "debian:pool/main/n/nghttp2/nghttp2_{version}.orig.tar.gz",
        sha256="b452dc69a1fcbc9375389b8b154175d8b7b125cdd713fc426774c2b79a1ebd77",
    ),
    license="MIT",
    license_files=["COPYING"],
    build=CMake(options=["-DENABLE_LIB_ONLY=ON", "-DENABLE_DOC=OFF"]),
)
