# SPDX-License-Identifier: Apache-2.0
"""Moves, compresses and removes logs that grow."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.22.0",
    group="system",
    archive=Archive(
        "debian:pool/main/l/logrotate/logrotate_{version}.orig.tar.gz",
        sha256="93154424e73094d923a54de0d358007457282df7e14ee999a7c10d153e2c347e",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    depends=["popt"],
    build=Autotools(
        options=[
            "--without-selinux",
            "--without-acl",
            "--with-compress-command=/bin/gzip",
            "--with-uncompress-command=/bin/gunzip",
        ]
    ),
)
