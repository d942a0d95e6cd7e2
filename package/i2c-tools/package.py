# SPDX-License-Identifier: Apache-2.0
"""Programs and library for devices on an I2C bus."""

from leafroot import Archive, Make, Package

package = Package(
    version="4.4",
    group="hardware",
    archive=Archive(
        [
            "debian:pool/main/i/i2c-tools/i2c-tools_{version}.orig.tar.xz",
            "https://www.kernel.org/pub/software/utils/i2c-tools/i2c-tools-{version}.tar.xz",
        ],
        sha256="8b15f0a880ab87280c40cfd7235cfff28134bf14d5646c07518b1ff6642a2473",
    ),
    license="GPL-2.0-or-later AND LGPL-2.1-or-later",
    license_files=["COPYING", "COPYING.LGPL"],
    build=Make(folder=".", variables={"PREFIX": "/usr", "USE_STATIC_LIB": "0"}),
    kernel=["I2C", "I2C_CHARDEV"],
)
