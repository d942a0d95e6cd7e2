# SPDX-License-Identifier: Apache-2.0
"""Compiler for C and C++, with its run-time libraries.

Debian's archive contains a second archive, which has the source without its documentation.
"""

from leafroot import Archive, Package, ToolchainPart

package = Package(
    version="14.2.0",
    archive=Archive(
        "debian:pool/main/g/gcc-14/gcc-14_{version}.orig.tar.gz",
        sha256="e162a5ef3f0077ecae598c6556908d2ab80841532df3398072a96a6df6e6aa29",
        inner="gcc-14-{version}/gcc-{version}-dfsg.tar.xz",
    ),
    license="GPL-3.0-or-later WITH GCC-exception-3.1",
    license_files=["COPYING3", "COPYING.RUNTIME"],
    build=ToolchainPart(),
)
