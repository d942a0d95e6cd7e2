# SPDX-License-Identifier: Apache-2.0
"""Arithmetic on complex numbers of any precision, for the compiler."""

from leafroot import Archive, Package, ToolchainPart

package = Package(
    version="1.3.1",
    archive=Archive(
        "debian:pool/main/m/mpclib3/mpclib3_{version}.orig.tar.gz",
        sha256="ab642492f5cf882b74aa0cb730cd410a81edcdbec895183ce930e706c1c759b8",
    ),
    license="LGPL-3.0-or-later",
    license_files=["COPYING.LESSER"],
    build=ToolchainPart(),
)
