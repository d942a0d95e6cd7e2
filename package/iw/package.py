# SPDX-License-Identifier: Apache-2.0
"""Shows and configures wireless cards."""

from leafroot import Archive, Make, Package

package = Package(
    version="6.17",
    group="wireless",
    archive=Archive(
        "debian:pool/main/i/iw/iw_{version}.orig.tar.xz",
        sha256="7d182e498289ab39b257da6780d562e415377107f50358ee5b55b8cfe40b1e33",
    ),
    license="ISC",
    license_files=["COPYING"],
    depends=["libnl"],
    build=Make(folder=".", variables={"PREFIX": "/usr", "PKG_CONFIG": "pkg-config"}),
    kernel=["WIRELESS", "CFG80211"],
)
