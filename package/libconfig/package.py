# SPDX-License-Identifier: Apache-2.0
"""Library for configuration files with groups and lists."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.7.3",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libc/libconfig/libconfig_{version}.orig.tar.gz",
        sha256="545166d6cac037744381d1e9cc5a5405094e7bfad16a411699bcff40bbb31ee7",
    ),
    license="LGPL-2.1-or-later",
    license_files=["COPYING.LIB"],
    build=Autotools(options=["--disable-cxx", "--disable-examples", "--disable-tests"]),
)
