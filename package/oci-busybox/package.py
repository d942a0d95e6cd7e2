# SPDX-License-Identifier: Apache-2.0
"""A small container: this system's own busybox, as a bundle for crun and runc.

The bundle is in /usr/share/oci/busybox: config.json and rootfs, as the runtime specification of the Open Container
Initiative defines them. An option adds the same as an image, for docker and containerd.
"""

from leafroot import Make, Option, Package

package = Package(
    version="1",
    group="containers",
    # The licences of busybox, of musl, and of what Leafroot adds.
    license="GPL-2.0-only AND MIT AND Apache-2.0",
    depends=["busybox"],
    options=[
        Option(
            "image",
            "Also as an image, for 'docker load' and 'ctr image import'",
            on=["IMAGE=yes"],
            help="/usr/share/oci/busybox.tar, the image docker.io/library/busybox:leafroot.",
        ),
    ],
    build=Make(),
)
