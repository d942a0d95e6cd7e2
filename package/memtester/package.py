# SPDX-License-Identifier: Apache-2.0
"""Tests the memory."""

from leafroot import Archive, Make, Package

package = Package(
    version="4.7.1",
    group="debugging",
    archive=Archive(
        "debian:pool/main/m/memtester/memtester_{version}.orig.tar.gz",
        sha256="e427de663f7bd22d1ebee8af12506a852c010bd4fcbca1e0e6b02972d298b5bb",
    ),
    license="GPL-2.0-only",
    license_files=["COPYING"],
    build=Make(folder=".", variables={"INSTALLPATH": "/out/usr"}),
)
