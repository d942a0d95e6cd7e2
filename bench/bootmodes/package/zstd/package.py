# SPDX-License-Identifier: Apache-2.0
"""Unpacks zstd archives, for the ways in which a program in the guest unpacks the root."""

from leafroot import Archive, Make, Package

package = Package(
    version="1.5.7",
    archive=Archive(
        "debian:pool/main/libz/libzstd/libzstd_{version}+dfsg.orig.tar.xz",
        sha256="0c092ef267edce57ba7f3f2645c861f72eaf5e76273c6c3632869423464b90a5",
    ),
    license="BSD-3-Clause",
    license_files=["LICENSE"],
    build=Make(
        folder="programs",
        variables={
            "prefix": "/usr",
            "HAVE_PTHREAD": "0",
            "HAVE_ZLIB": "0",
            "HAVE_LZMA": "0",
            "HAVE_LZ4": "0",
            "ZSTD_LEGACY_SUPPORT": "0",
            # It only unpacks here: without the rest, the program is a tenth of its size.
            "MOREFLAGS": "-DZSTD_NOBENCH -DZSTD_NODICT -DZSTD_NOCOMPRESS -ffunction-sections -Wl,--gc-sections",
        },
    ),
)
