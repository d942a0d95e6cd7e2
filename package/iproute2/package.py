# SPDX-License-Identifier: Apache-2.0
"""The programs ip, ss, tc and bridge, which configure all of the kernel's network."""

from leafroot import Archive, Configure, Package

package = Package(
    version="7.2.0",
    group="network",
    archive=Archive(
        "debian:pool/main/i/iproute2/iproute2_{version}.orig.tar.xz",
        sha256="4c2fa124c2cf0afd7ca34d1eeacba6ba048a56f6374e2aab93dafbdbd4eea9c0",
    ),
    license="GPL-2.0-or-later AND GPL-2.0-only",
    license_files=["COPYING"],
    depends=["libcap"],
    build=Configure(
        options=["--prefix=/usr", "--color=never"],
        make=["CCOPTS=-O2 -include libgen.h", "SBINDIR=/sbin", "SUBDIRS=lib ip tc bridge misc"],
    ),
    kernel=["NET", "INET"],
)
