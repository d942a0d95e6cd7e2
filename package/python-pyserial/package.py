# SPDX-License-Identifier: Apache-2.0
"""Python: serial ports."""

from leafroot import Archive, Package, PythonModule

package = Package(
    version="3.5",
    group="languages",
    archive=Archive(
        "debian:pool/main/p/pyserial/pyserial_{version}.orig.tar.gz",
        sha256="3c77e014170dfffbd816e6ffc205e9842efb10be9f58ec16d3e8675b4925cddb",
    ),
    license="BSD-3-Clause",
    license_files=["LICENSE.txt"],
    depends=["python"],
    build=PythonModule(),
)
