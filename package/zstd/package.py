# SPDX-License-Identifier: Apache-2.0
"""Programs and library for .zst files."""

from leafroot import Archive, Make, Package

package = Package(
    version="1.5.7",
    group="shell",
    archive=Archive(
        "debian:pool/main/libz/libzstd/libzstd_{version}+dfsg.orig.tar.xz",
        sha256="0c092ef267edce57ba7f3f2645c861f72eaf5e76273c6c3632869423464b90a5",
    ),
    license="BSD-3-Clause OR GPL-2.0-only",
    license_files=["LICENSE", "COPYING"],
    # Meson would want a C++ compiler for a program that is not built.
    build=Make(
        folder=".",
        variables={"PREFIX": "/usr", **{f"HAVE_{name}": "0" for name in ("ZLIB", "LZMA", "LZ4")}},
        targets=["lib-release", "zstd-release"],
    ),
)
