# SPDX-License-Identifier: Apache-2.0
"""What `scons bench-containers` boots: crun, a container, and a script that starts it again and again.

The kernel options are for a disk: for comparison, the same system is booted from it too.
"""

from leafroot import Files, Package

package = Package(
    version="1",
    license="Apache-2.0",
    build=Files(),
    depends=["busybox", "crun", "oci-busybox"],
    kernel=["BLOCK", "BLK_DEV", "VIRTIO_BLK", "EXT4_FS", "PROC_FS", "SYSFS", "DEVTMPFS"],
)
