# SPDX-License-Identifier: Apache-2.0
"""Access control lists of files: a library, and the programs getfacl and setfacl."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.3.2",
    group="storage",
    archive=Archive(
        "debian:pool/main/a/acl/acl_{version}.orig.tar.xz",
        sha256="97203a72cae99ab89a067fe2210c1cbf052bc492b479eca7d226d9830883b0bd",
    ),
    # The programs are under the GPL, the library is under the LGPL.
    license="GPL-2.0-or-later AND LGPL-2.1-or-later",
    license_files=["doc/COPYING", "doc/COPYING.LGPL"],
    depends=["attr"],
    build=Autotools(),
    kernel=["TMPFS_POSIX_ACL"],
)
