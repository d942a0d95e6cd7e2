# SPDX-License-Identifier: Apache-2.0
"""Keeps the clock right by NTP, as client and server."""

from leafroot import Account, Archive, Configure, Package

package = Package(
    version="4.6.1",
    group="network",
    archive=Archive(
        "debian:pool/main/c/chrony/chrony_{version}.orig.tar.gz",
        sha256="571ff73fbf0ae3097f0604eca2e00b1d8bb2e91affe1a3494785ff21d6199c5c",
    ),
    license="GPL-2.0-only",
    license_files=["COPYING"],
    depends=["libcap"],
    build=Configure(
        options=[
            *("--prefix=/usr", "--sysconfdir=/etc", "--localstatedir=/var", "--chronyrundir=/run/chrony"),
            *("--host-system=Linux", "--host-machine={arch}", "--without-readline", "--without-nettle"),
            *("--without-nss", "--without-tomcrypt", "--without-gnutls", "--disable-sechash"),
        ]
    ),
    accounts=[Account("chrony", 907)],
)
