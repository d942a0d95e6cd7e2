# SPDX-License-Identifier: Apache-2.0
"""Library that programs use USB devices with."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.0.28",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libu/libusb-1.0/libusb-1.0_{version}.orig.tar.bz2",
        sha256="966bb0d231f94a474eaae2e67da5ec844d3527a1f386456394ff432580634b29",
    ),
    license="LGPL-2.1-or-later",
    license_files=["COPYING"],
    build=Autotools(options=["--disable-udev"]),
    kernel=["USB_SUPPORT", "USB"],
)
