# SPDX-License-Identifier: Apache-2.0
"""File systems that are programs: the library, and fusermount3."""

from leafroot import Archive, Meson, Package

package = Package(
    version="3.17.2",
    group="storage",
    archive=Archive(
        "debian:pool/main/f/fuse3/fuse3_{version}.orig.tar.gz",
        sha256="3d932431ad94e86179e5265cddde1d67aa3bb2fb09a5bd35c641f86f2b5ed06f",
    ),
    license="GPL-2.0-only AND LGPL-2.1-only",
    license_files=["LICENSE", "LGPL2.txt", "GPL2.txt"],
    build=Meson(
        options=[
            "-Dexamples=false",
            "-Dtests=false",
            "-Duseroot=false",
            "-Dudevrulesdir=/usr/lib/udev/rules.d",
            "-Dinitscriptdir=",
        ]
    ),
    kernel=["FUSE_FS"],
)
