# SPDX-License-Identifier: Apache-2.0
"""Protocol between a display's server and its programs: the libraries."""

from leafroot import Archive, Meson, Package

package = Package(
    version="1.23.1",
    group="libraries",
    archive=Archive(
        "debian:pool/main/w/wayland/wayland_{version}.orig.tar.gz",
        sha256="158ec49af498f2558c7fbf7e8b070d010d4e270cc6076003a18a6c813f87e244",
    ),
    license="MIT",
    license_files=["COPYING"],
    depends=["expat", "libffi"],
    build=Meson(options=["-Dtests=false", "-Ddocumentation=false", "-Ddtd_validation=false"]),
)
