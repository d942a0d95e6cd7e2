# SPDX-License-Identifier: Apache-2.0
"""Compiles and reads device trees: dtc, fdtdump, fdtget, fdtput, fdtoverlay."""

from leafroot import Archive, Meson, Package

package = Package(
    version="1.7.2",
    group="hardware",
    archive=Archive(
        [
            "debian:pool/main/d/device-tree-compiler/device-tree-compiler_{version}.orig.tar.xz",
            "https://www.kernel.org/pub/software/utils/dtc/dtc-{version}.tar.xz",
        ],
        sha256="92d8ca769805ae1f176204230438fe52808f4e1c7944053c9eec0e649b237539",
    ),
    license="GPL-2.0-or-later AND (GPL-2.0-or-later OR BSD-2-Clause)",
    license_files=["GPL", "BSD-2-Clause"],
    build=Meson(
        options=["-Dtests=false", "-Dpython=disabled", "-Dvalgrind=disabled", "-Dyaml=disabled", "-Dtools=true"]
    ),
)
