# SPDX-License-Identifier: Apache-2.0
"""Extended attributes of files: a library, and programs that read and set them."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.5.2",
    group="storage",
    archive=Archive(
        "debian:pool/main/a/attr/attr_{version}.orig.tar.xz",
        sha256="f2e97b0ab7ce293681ab701915766190d607a1dba7fae8a718138150b700a70b",
    ),
    # The programs are under the GPL, the library is under the LGPL.
    license="GPL-2.0-or-later AND LGPL-2.1-or-later",
    license_files=["doc/COPYING", "doc/COPYING.LGPL"],
    build=Autotools(env={"CPPFLAGS": "-include libgen.h"}),
    kernel=["TMPFS_XATTR"],
)
