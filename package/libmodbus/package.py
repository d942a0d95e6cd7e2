# SPDX-License-Identifier: Apache-2.0
"""Library for Modbus, over TCP and serial lines."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.1.11",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libm/libmodbus/libmodbus_{version}.orig.tar.gz",
        sha256="8a750452ef86a53de6cec6fbca67bd5be08d0a1e87278a422fbce3003fd42d99",
    ),
    license="LGPL-2.1-or-later",
    license_files=["COPYING.LESSER"],
    build=Autotools(autoreconf=True, options=["--disable-tests"]),
)
