# SPDX-License-Identifier: Apache-2.0
"""Floating-point arithmetic of any precision, for the compiler."""

from leafroot import Archive, Package, ToolchainPart

package = Package(
    version="4.2.2",
    archive=Archive(
        [
            "debian:pool/main/m/mpfr4/mpfr4_{version}.orig.tar.xz",
            "https://www.mpfr.org/mpfr-{version}/mpfr-{version}.tar.xz",
        ],
        sha256="b67ba0383ef7e8a8563734e2e889ef5ec3c3b898a01d00fa0a6869ad81c6ce01",
    ),
    license="LGPL-3.0-or-later",
    license_files=["COPYING.LESSER"],
    build=ToolchainPart(),
)
