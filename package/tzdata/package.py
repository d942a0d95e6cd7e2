# SPDX-License-Identifier: Apache-2.0
"""Time zones."""

from leafroot import Archive, Package, Prebuilt

package = Package(
    version="2026f-0+deb13u1",
    group="firmware",
    archive=Archive(
        "debian:pool/main/t/tzdata/tzdata_{version}_all.deb",
        sha256="2c1c561091402883430d0d47c57a3c0aa00b44afc8a6239265065a87211a5c11",
        inner="data.tar.xz",
    ),
    license="LicenseRef-public-domain",
    license_files=["usr/share/doc/tzdata/copyright"],
    build=Prebuilt(install=[("usr/share/zoneinfo/", "usr/share/zoneinfo/")]),
)
