# SPDX-License-Identifier: Apache-2.0
"""Loads, removes and lists modules of the kernel."""

from leafroot import Archive, Meson, Package

package = Package(
    version="34.2",
    group="hardware",
    archive=Archive(
        "debian:pool/main/k/kmod/kmod_{version}.orig.tar.xz",
        sha256="012d16e2099115486d8aa9f2c2a23d058d3d0cad83113a60512647d25d3869e8",
    ),
    license="LGPL-2.1-or-later AND GPL-2.0-or-later",
    license_files=["COPYING", "tools/COPYING"],
    depends=["xz", "zlib", "zstd"],
    build=Meson(
        options=[
            *("-Dmanpages=false", "-Dbuild-tests=false", "-Dbashcompletiondir=no", "-Dfishcompletiondir=no"),
            *("-Dzshcompletiondir=no", "-Dzstd=enabled", "-Dxz=enabled", "-Dzlib=enabled", "-Dopenssl=disabled"),
        ]
    ),
)
