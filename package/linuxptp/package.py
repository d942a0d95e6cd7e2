# SPDX-License-Identifier: Apache-2.0
"""Precise time over the network: PTP, with ptp4l and phc2sys."""

from leafroot import Archive, Make, Package

package = Package(
    version="4.2",
    group="network",
    archive=Archive(
        [
            "debian:pool/main/l/linuxptp/linuxptp_{version}.orig.tar.gz",
            "https://sourceforge.net/projects/linuxptp/files/v4.2/linuxptp-{version}.tgz",
        ],
        sha256="70e38e5d2764e0217443da6f14e8846fe401a472293ac138d8419c07a665447a",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    build=Make(
        folder=".",
        variables={
            "prefix": "/usr",
            "CROSS_COMPILE": "{prefix}",
            "EXTRA_CFLAGS": "{cflags}",
            "EXTRA_LDFLAGS": "{ldflags}",
        },
    ),
)
