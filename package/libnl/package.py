# SPDX-License-Identifier: Apache-2.0
"""Library that programs talk to the kernel's network with: netlink."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.7.0",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libn/libnl3/libnl3_{version}.orig.tar.gz",
        sha256="9fe43ccbeeea72c653bdcf8c93332583135cda46a79507bfd0a483bb57f65939",
    ),
    license="LGPL-2.1-only",
    license_files=["COPYING"],
    build=Autotools(options=["--disable-cli"]),
    kernel=["NET"],
)
