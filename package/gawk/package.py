# SPDX-License-Identifier: Apache-2.0
"""The GNU awk."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="5.2.1",
    group="shell",
    archive=Archive(
        "debian:pool/main/g/gawk/gawk_{version}.orig.tar.xz",
        sha256="2337a0283b180ec1b9c727973a34781c6478b3ae9bcbdcca0a4dc49861d75a65",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    # Debian left out the source of the manual, which the folder doc/ needs.
    build=Autotools(
        options=["--without-mpfr", "--without-readline", "--disable-extensions", "--disable-pma"],
        make=["SUBDIRS=support ."],
    ),
)
