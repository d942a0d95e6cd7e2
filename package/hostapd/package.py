# SPDX-License-Identifier: Apache-2.0
"""Access point for wireless networks: WPA2, WPA3 and 802.1X."""

from leafroot import Archive, Make, Package

package = Package(
    version="2.10",
    group="wireless",
    archive=Archive(
        "debian:pool/main/w/wpa/wpa_{version}.orig.tar.xz",
        sha256="b39f85be9d8fd58adee1acae3735ec0a1f7bdc460fe3f6fd76a1d57e9ac910c6",
    ),
    license="BSD-3-Clause",
    license_files=["COPYING", "README"],
    depends=["libnl", "openssl"],
    build=Make(folder="hostapd", config="hostapd.config", variables={"BINDIR": "/usr/sbin"}),
    kernel=["PACKET", "WIRELESS", "CFG80211"],
)
