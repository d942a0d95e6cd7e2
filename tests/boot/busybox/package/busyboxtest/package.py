# SPDX-License-Identifier: Apache-2.0
"""Runs busybox's own test suite on the running system, with the busybox of the root."""

from leafroot import Archive, Package, Prebuilt

package = Package(
    version="1.37.0",
    archive=Archive(
        "debian:pool/main/b/busybox/busybox_{version}.orig.tar.bz2",
        sha256="3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4",
    ),
    license="GPL-2.0-only",
    license_files=["LICENSE"],
    runs_with=["busybox"],
    build=Prebuilt(install=[("testsuite/", "usr/share/busybox/testsuite/")]),
)
