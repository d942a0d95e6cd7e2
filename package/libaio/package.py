# SPDX-License-Identifier: Apache-2.0
"""Library for asynchronous input and output of the kernel."""

from leafroot import Archive, Make, Package

package = Package(
    version="0.3.113",
    group="libraries",
    archive=Archive(
        "debian:pool/main/liba/libaio/libaio_{version}.orig.tar.gz",
        sha256="2c44d1c5fd0d43752287c9ae1eb9c023f04ef848ea8d4aafa46e9aedb678200b",
    ),
    license="LGPL-2.1-or-later",
    license_files=["COPYING"],
    build=Make(folder=".", variables={"prefix": "/usr"}),
    kernel=["AIO"],
)
