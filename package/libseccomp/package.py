# SPDX-License-Identifier: Apache-2.0
"""Library for seccomp, which filters the system calls of a program."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.6.0",
    group="libraries",
    archive=Archive(
        [
            "debian:pool/main/libs/libseccomp/libseccomp_{version}.orig.tar.gz",
            "https://github.com/seccomp/libseccomp/releases/download/v{version}/libseccomp-{version}.tar.gz",
        ],
        sha256="83b6085232d1588c379dc9b9cae47bb37407cf262e6e74993c61ba72d2a784dc",
    ),
    license="LGPL-2.1-only",
    license_files=["LICENSE"],
    # The archive has what gperf generates; another version of gperf would generate something else.
    build=Autotools(options=["--disable-python"], env={"GPERF": "false"}),
)
