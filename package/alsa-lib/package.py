# SPDX-License-Identifier: Apache-2.0
"""Library for playing and recording sound."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.2.14",
    group="libraries",
    archive=Archive(
        "debian:pool/main/a/alsa-lib/alsa-lib_{version}.orig.tar.bz2",
        sha256="be9c88a0b3604367dd74167a2b754a35e142f670292ae47a2fdef27a2ee97a32",
    ),
    license="LGPL-2.1-or-later",
    license_files=["COPYING"],
    # A program for tests, under another licence.
    leave_out=["usr/bin/aserver"],
    build=Autotools(options=["--disable-python", "--disable-topology", "--without-debug"]),
    kernel=["SOUND", "SND"],
)
