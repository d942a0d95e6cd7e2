# SPDX-License-Identifier: Apache-2.0
"""Shows texts page by page."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="668",
    group="shell",
    archive=Archive(
        "debian:pool/main/l/less/less_{version}.orig.tar.gz",
        sha256="2819f55564d86d542abbecafd82ff61e819a3eec967faa36cd3e68f1596a44b8",
    ),
    license="GPL-3.0-or-later OR BSD-2-Clause",
    license_files=["COPYING", "LICENSE"],
    depends=["ncurses"],
    build=Autotools(),
)
