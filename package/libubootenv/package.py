# SPDX-License-Identifier: Apache-2.0
"""Reads and writes the environment of U-Boot: fw_printenv and fw_setenv."""

from leafroot import Archive, CMake, Package

package = Package(
    version="0.3.5",
    group="update",
    archive=Archive(
        "debian:pool/main/libu/libubootenv/libubootenv_{version}.orig.tar.xz",
        sha256="95b747e37661bd2e71a1ef34ecddf62af7a42a71459381e2599e8c7aac52770c",
    ),
    license="LGPL-2.1-or-later AND MIT AND CC0-1.0",
    license_files=["LICENSES/LGPL-2.1-or-later.txt", "LICENSES/MIT.txt", "LICENSES/CC0-1.0.txt"],
    depends=["libbsd", "libyaml", "zlib"],
    # musl has no sys/queue.h; libbsd has one.
    build=CMake(env={"C_INCLUDE_PATH": "/sysroot/usr/include/bsd"}),
)
