# SPDX-License-Identifier: Apache-2.0
"""Library and programs for lines of GPIO controllers."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.2.1",
    group="hardware",
    archive=Archive(
        "debian:pool/main/libg/libgpiod/libgpiod_{version}.orig.tar.xz",
        sha256="0e948049c309b87c220fb24ee0d605d7cd5b72f22376e608470903fffa2d4b18",
    ),
    # The programs are under the GPL, the library is under the LGPL.
    license="LGPL-2.1-or-later AND GPL-2.0-or-later",
    license_files=["LICENSES/LGPL-2.1-or-later.txt", "LICENSES/GPL-2.0-or-later.txt"],
    build=Autotools(options=["--enable-tools"]),
    kernel=["GPIOLIB", "GPIO_CDEV"],
)
