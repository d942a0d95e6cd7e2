# SPDX-License-Identifier: Apache-2.0
"""Programs for CAN: candump, cansend, isotpsend and many others."""

from leafroot import Archive, CMake, Package

package = Package(
    version="2023.03",
    group="hardware",
    archive=Archive(
        "debian:pool/main/c/can-utils/can-utils_{version}.orig.tar.xz",
        sha256="9748ccf74684825a04773f3edecbcd4a3cddf12ad88c2e14bb9d3adb289f4117",
    ),
    license="GPL-2.0-only AND (BSD-3-Clause OR GPL-2.0-only)",
    license_files=["LICENSES/GPL-2.0-only.txt", "LICENSES/BSD-3-Clause"],
    build=CMake(),
    kernel=["CAN", "CAN_RAW", "CAN_BCM", "CAN_GW", "CAN_ISOTP", "CAN_J1939"],
)
