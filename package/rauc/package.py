# SPDX-License-Identifier: Apache-2.0
"""Updates firmware from signed bundles."""

from leafroot import Archive, Meson, Package

package = Package(
    version="1.13",
    group="update",
    archive=Archive(
        "debian:pool/main/r/rauc/rauc_{version}.orig.tar.xz",
        sha256="1ddb218a5d713c8dbd6e04d5501d96629f1c8e2521576fbd9e7751edb7da113e",
    ),
    license="LGPL-2.1-or-later",
    license_files=["COPYING"],
    depends=["dbus", "glib", "openssl"],
    runs_with=["squashfs-tools"],
    build_roots=["generators", "python"],
    build=Meson(
        options=[
            *("-Dtests=false", "-Dgpt=disabled", "-Djson=disabled", "-Dsystemdunitdir=", "-Dnetwork=false"),
            *("-Dstreaming=false", "-Dcomposefs=disabled"),
        ]
    ),
    kernel=["BLK_DEV_LOOP", "MD", "BLK_DEV_DM", "DM_VERITY", "MISC_FILESYSTEMS", "SQUASHFS"],
)
