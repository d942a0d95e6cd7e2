# SPDX-License-Identifier: Apache-2.0
"""Arithmetic on numbers of any size, for the compiler.

Debian's archive has no documentation; a patch adds what configure expects of it.
"""

from leafroot import Archive, Package, ToolchainPart

package = Package(
    version="6.3.0",
    archive=Archive(
        "debian:pool/main/g/gmp/gmp_{version}+dfsg.orig.tar.xz",
        sha256="bd2966e6d277f79328e894a5a9f3ba3fbf2ed2be81def5f48623e30c23fb1572",
    ),
    license="LGPL-3.0-or-later OR GPL-2.0-or-later",
    license_files=["COPYINGv2", "COPYING.LESSERv3"],
    build=ToolchainPart(),
)
