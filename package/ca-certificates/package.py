# SPDX-License-Identifier: Apache-2.0
"""Certificates of the authorities that Mozilla trusts, for TLS."""

from leafroot import Archive, Make, Package

package = Package(
    version="20250419+deb13u1",
    group="security",
    archive=Archive(
        "debian:pool/main/c/ca-certificates/ca-certificates_{version}_all.deb",
        sha256="c10585ac22c7f617a73d394eea29ba71d0356f350ae973b19043d1b017f80f54",
        inner="data.tar.xz",
    ),
    # The script that installs the certificates is under the GPL, they themselves are under the MPL.
    license="GPL-2.0-or-later AND MPL-2.0",
    license_files=["usr/share/doc/ca-certificates/copyright"],
    build=Make(),
    links={"etc/ssl/cert.pem": "certs/ca-certificates.crt"},
)
