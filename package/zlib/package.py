# SPDX-License-Identifier: Apache-2.0
"""Library for the compression of gzip and zip: deflate."""

from leafroot import Archive, Configure, Package

package = Package(
    version="1.3.1",
    group="libraries",
    archive=Archive(
        "debian:pool/main/z/zlib/zlib_1.3.dfsg+really{version}.orig.tar.gz",
        sha256="60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb",
    ),
    license="Zlib",
    license_files=["LICENSE"],
    build=Configure(),
)
