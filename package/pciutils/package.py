# SPDX-License-Identifier: Apache-2.0
"""Lists and configures the devices on the PCI bus: lspci and setpci."""

from leafroot import Archive, Make, Package

package = Package(
    version="3.13.0",
    group="hardware",
    archive=Archive(
        "debian:pool/main/p/pciutils/pciutils_{version}.orig.tar.gz",
        sha256="a03c88a0aab709b1697ca1753766f443e78297f84c7bcd80a82c1422edd7cb42",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    depends=["zlib"],
    build=Make(
        folder=".",
        variables={
            "PREFIX": "/usr",
            "SBINDIR": "/usr/bin",
            "CROSS_COMPILE": "{prefix}",
            "HOST": "linux",
            "SHARED": "yes",
            "ZLIB": "yes",
            "DNS": "no",
            "LIBKMOD": "no",
            "HWDB": "no",
            "IDSDIR": "/usr/share/misc",
            "STRIP": "",
        },
        install=["install", "install-lib"],
    ),
    kernel=["PCI"],
)
