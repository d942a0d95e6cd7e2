# SPDX-License-Identifier: Apache-2.0
"""Shows the system calls of a program."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="6.1",
    group="debugging",
    archive=Archive(
        "debian:pool/main/s/strace/strace_{version}.orig.tar.xz",
        sha256="2579e9cec37dbb786f6ea0bebd15f40dd561ef2bde2a2a2ecdce5963b01859fd",
    ),
    license="LGPL-2.1-or-later",
    license_files=["COPYING", "LGPL-2.1-or-later"],
    # The release brings the headers of the kernel that it was written for; newer ones lack some names.
    build=Autotools(
        options=[
            "--disable-gcc-Werror",
            "--enable-mpers=no",
            "--enable-bundled=yes",
            "--without-libunwind",
            "--without-libdw",
        ]
    ),
)
