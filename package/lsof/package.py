# SPDX-License-Identifier: Apache-2.0
"""Lists the open files of all processes."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="4.99.4",
    group="debugging",
    archive=Archive(
        "debian:pool/main/l/lsof/lsof_{version}+dfsg.orig.tar.xz",
        sha256="dc3e7f51cf03bc7fbcdd9e62d4a52825682092031bd1ae08b15fe7f4f582aebf",
    ),
    license="lsof",
    license_files=["COPYING"],
    build=Autotools(autoreconf=True, make=["MANS="]),
)
