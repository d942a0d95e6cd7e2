# SPDX-License-Identifier: Apache-2.0
"""C library: musl, small and standards-conforming.

Every program in the root uses it. It is also the dynamic linker.
"""

from leafroot import Archive, Package, ToolchainPart

package = Package(
    version="1.2.5",
    archive=Archive(
        "debian:pool/main/m/musl/musl_{version}.orig.tar.gz",
        sha256="a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4",
    ),
    license="MIT",
    license_files=["COPYRIGHT"],
    build=ToolchainPart(),
)
