# SPDX-License-Identifier: Apache-2.0
"""A small container: this system's own busybox, as a bundle for crun and runc.

/usr/share/oci/busybox holds it, laid out as the runtime specification of the Open Container Initiative says:
config.json and rootfs. On request it is there as an image as well, for docker and containerd.
"""

from leafroot import Choice, Make, Package

package = Package(
    version="1",
    # That of busybox and of musl, and of what Leafroot adds.
    license="GPL-2.0-only AND MIT AND Apache-2.0",
    depends=["busybox"],
    build=Make(choices=(Choice("PACKAGE_OCI_BUSYBOX_IMAGE", "IMAGE=yes"),)),
)
