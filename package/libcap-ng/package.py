# SPDX-License-Identifier: Apache-2.0
"""Library for capabilities, simpler than libcap, and programs that show those of processes and files."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="0.8.5",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libc/libcap-ng/libcap-ng_{version}.orig.tar.gz",
        sha256="e4be07fdd234f10b866433f224d183626003c65634ed0552b02e654a380244c2",
    ),
    # The programs are under the GPL, the library is under the LGPL.
    license="GPL-2.0-or-later AND LGPL-2.1-or-later",
    license_files=["COPYING", "COPYING.LIB"],
    build=Autotools(autoreconf=True, options=["--without-python3"]),
)
