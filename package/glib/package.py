# SPDX-License-Identifier: Apache-2.0
"""Library of GNOME: data structures, main loop, objects, D-Bus."""

from leafroot import Archive, Meson, Package

package = Package(
    version="2.84.4",
    group="libraries",
    archive=Archive(
        "debian:pool/main/g/glib2.0/glib2.0_{version}.orig.tar.xz",
        sha256="8a9ea10943c36fc117e253f80c91e477b673525ae45762942858aef57631bb90",
    ),
    license="LGPL-2.1-or-later",
    license_files=["LICENSES/LGPL-2.1-or-later.txt", "COPYING"],
    depends=["libffi", "pcre2", "zlib"],
    build_roots=["python"],
    build=Meson(
        options=[
            *("-Dtests=false", "-Ddocumentation=false", "-Dlibmount=disabled", "-Dnls=disabled", "-Dxattr=false"),
            *("-Dintrospection=disabled", "-Dglib_debug=disabled"),
        ]
    ),
    kernel=["EVENTFD"],
    # Programs and data for those who build with it.
    leave_out=["usr/share/glib-2.0/codegen", "usr/share/glib-2.0/gdb", "usr/share/gdb", "usr/share/gettext"],
)
