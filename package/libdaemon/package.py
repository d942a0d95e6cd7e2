# SPDX-License-Identifier: Apache-2.0
"""Library for programs that run in the background."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="0.14",
    group="libraries",
    archive=Archive(
        [
            "debian:pool/main/libd/libdaemon/libdaemon_{version}.orig.tar.gz",
            "http://0pointer.de/lennart/projects/libdaemon/libdaemon-{version}.tar.gz",
        ],
        sha256="fd23eb5f6f986dcc7e708307355ba3289abe03cc381fc47a80bca4a50aa6b834",
    ),
    license="LGPL-2.1-or-later",
    license_files=["LICENSE"],
    # The release knows neither aarch64 nor musl.
    build=Autotools(autoreconf=True, options=["--disable-lynx", "--disable-examples", "ac_cv_func_setpgrp_void=yes"]),
)
