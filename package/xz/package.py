# SPDX-License-Identifier: Apache-2.0
"""Programs and library for .xz and .lzma files."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="5.8.1",
    group="shell",
    archive=Archive(
        "debian:pool/main/x/xz-utils/xz-utils_{version}.orig.tar.xz",
        sha256="0b54f79df85912504de0b14aec7971e3f964491af1812d83447005807513cd9e",
    ),
    license="0BSD",
    license_files=["COPYING", "COPYING.0BSD"],
    build=Autotools(options=["--disable-lzma-links", "--disable-scripts"]),
)
