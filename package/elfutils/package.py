# SPDX-License-Identifier: Apache-2.0
"""Libraries for ELF files and debugging information."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="0.192",
    group="libraries",
    archive=Archive(
        "debian:pool/main/e/elfutils/elfutils_{version}.orig.tar.bz2",
        sha256="616099beae24aba11f9b63d86ca6cc8d566d968b802391334c91df54eab416b4",
    ),
    license="GPL-3.0-or-later AND (GPL-2.0-or-later OR LGPL-3.0-or-later)",
    license_files=["COPYING", "COPYING-GPLV2", "COPYING-LGPLV3"],
    depends=["argp", "zlib", "zstd"],
    build=Autotools(
        options=[
            *("--disable-debuginfod", "--disable-libdebuginfod", "--disable-demangler", "--without-bzlib"),
            *("--without-lzma", "--with-zstd", "--program-prefix=eu-", "--disable-symbol-versioning"),
        ]
    ),
)
