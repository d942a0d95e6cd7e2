# SPDX-License-Identifier: Apache-2.0
"""Library that reads the options of a command line."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.19",
    group="libraries",
    archive=Archive(
        "debian:pool/main/p/popt/popt_{version}+dfsg.orig.tar.xz",
        sha256="4cd0cd2963d0c4078f65949599d97135c15ee6c09cf3a36a9a1b2753025bb06b",
    ),
    license="MIT",
    license_files=["COPYING"],
    build=Autotools(),
)
