# SPDX-License-Identifier: Apache-2.0
"""Shell, init and the usual commands in one program.

Its two sizes differ in their applets: see docs/running-system.md.
"""

from leafroot import Archive, Choice, Kbuild, Package

package = Package(
    version="1.37.0",
    group="system",
    archive=Archive(
        "debian:pool/main/b/busybox/busybox_{version}.orig.tar.bz2",
        sha256="3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4",
    ),
    license="GPL-2.0-only",
    license_files=["LICENSE"],
    options=[
        Choice(
            "size",
            "Applets",
            {"full": ["defconfig", "full.config"], "small": ["allnoconfig", "small.config"]},
            help="full: nearly all of busybox's own defaults. small: what a small system needs to boot, with a shell.",
        )
    ],
    gives_way=True,
    build=Kbuild(fragments=["busybox.config"]),
    kernel=["BINFMT_SCRIPT", "DEVTMPFS", "PROC_FS", "SYSFS"],
)
