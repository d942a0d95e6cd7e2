# SPDX-License-Identifier: Apache-2.0
"""Library that calls functions whose types are known only when the program runs."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.4.8",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libf/libffi/libffi_{version}.orig.tar.gz",
        sha256="cbb7f0b3b095dc506387ec1e35b891bfb4891d05b90a495bc69a10f2293f80ff",
    ),
    license="MIT",
    license_files=["LICENSE"],
    build=Autotools(
        autoreconf=True, options=["--disable-multi-os-directory", "--disable-builddir", "--disable-exec-static-tramp"]
    ),
)
