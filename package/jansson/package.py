# SPDX-License-Identifier: Apache-2.0
"""Library that reads, changes and writes JSON."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.14",
    group="libraries",
    archive=Archive(
        "debian:pool/main/j/jansson/jansson_{version}.orig.tar.gz",
        sha256="c739578bf6b764aa0752db9a2fdadcfe921c78f1228c7ec0bb47fa804c55d17b",
    ),
    license="MIT",
    license_files=["LICENSE"],
    build=Autotools(autoreconf=True),
)
