# SPDX-License-Identifier: Apache-2.0
"""Assembler, linker and the other tools for object files."""

from leafroot import Archive, Package, ToolchainPart

package = Package(
    version="2.44",
    archive=Archive(
        "debian:pool/main/b/binutils/binutils_{version}.orig.tar.xz",
        sha256="c41a0272424f41bb01bf828e7ffef1b2d59d1788064fd6b5f1d971717e9320b8",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING3"],
    build=ToolchainPart(),
)
