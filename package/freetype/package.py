# SPDX-License-Identifier: Apache-2.0
"""Library that draws the letters of fonts."""

from leafroot import Archive, Meson, Package

package = Package(
    version="2.13.3",
    group="libraries",
    archive=Archive(
        "debian:pool/main/f/freetype/freetype_{version}+dfsg.orig.tar.xz",
        sha256="686ec73cbf6783b245dd068a09ce807b729ac0f8a46dd70f7867923c32fdf4de",
    ),
    license="(FTL OR GPL-2.0-or-later) AND MIT",
    license_files=["LICENSE.TXT", "docs/FTL.TXT", "docs/GPLv2.TXT", "src/bdf/README", "src/pcf/README"],
    depends=["libpng", "zlib"],
    build=Meson(
        options=["-Dzlib=system", "-Dpng=enabled", "-Dharfbuzz=disabled", "-Dbrotli=disabled", "-Dbzip2=disabled"]
    ),
)
