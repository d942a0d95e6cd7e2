# SPDX-License-Identifier: Apache-2.0
"""Library for capabilities, the separate privileges that make up the power of root."""

from leafroot import Archive, Make, Package

package = Package(
    version="2.78",
    group="libraries",
    archive=Archive(
        [
            "debian:pool/main/libc/libcap2/libcap2_{version}.orig.tar.xz",
            "https://www.kernel.org/pub/linux/libs/security/linux-privs/libcap2/libcap-{version}.tar.xz",
        ],
        sha256="0d621e562fd932ccf67b9660fb018e468a683d7b827541df27813228c996bb11",
    ),
    license="BSD-3-Clause OR GPL-2.0-only",
    license_files=["License"],
    build=Make(
        folder="libcap",
        variables={
            "prefix": "/usr",
            "lib": "lib",
            # The Makefile ignores CC.
            "CROSS_COMPILE": "{prefix}",
            # The program that lists the names for the library runs on the build machine.
            "BUILD_CC": "gcc",
            "BUILD_CFLAGS": "-O1",
            "BUILD_LDFLAGS": "",
            # Another version of gperf would generate another lookup table.
            "USE_GPERF": "no",
            "GOLANG": "no",
            "PTHREADS": "no",
        },
        install=["install-cap"],
    ),
)
