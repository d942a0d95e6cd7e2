# SPDX-License-Identifier: Apache-2.0
"""What `scons bench-bootmodes` boots: 44 MiB of programs, a script for each way, and a container that tries to escape.

The bytes are those of the compiler's own programs (src/Makefile). The kernel options are for a way that is not
Leafroot's: a RAM disk with ext2 on it. zstd is for the ways in which a program unpacks an archive.
"""

from leafroot import Make, Package

package = Package(
    version="1",
    license="Apache-2.0",
    build=Make(),
    depends=["busybox", "zstd"],
    kernel=["BLOCK", "BLK_DEV", "BLK_DEV_RAM", "EXT2_FS", "NAMESPACES", "PROC_FS", "SYSFS", "DEVTMPFS"],
)
