# SPDX-License-Identifier: Apache-2.0
"""Library that programs use graphics cards with, through the kernel."""

from leafroot import Archive, Meson, Package

package = Package(
    version="2.4.124",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libd/libdrm/libdrm_{version}.orig.tar.xz",
        sha256="ac36293f61ca4aafaf4b16a2a7afff312aa4f5c37c9fbd797de9e3c0863ca379",
    ),
    license="MIT",
    license_files=["xf86drm.c"],
    build=Meson(
        options=[
            "-Dtests=false",
            "-Dman-pages=disabled",
            "-Dcairo-tests=disabled",
            "-Dvalgrind=disabled",
            "-Dintel=disabled",
            "-Dudev=false",
        ]
    ),
)
