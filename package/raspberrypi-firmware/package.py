# SPDX-License-Identifier: Apache-2.0
"""Boot firmware of the Raspberry Pi 4.

It goes onto the boot partition beside the kernel, not into the root: a board names its files in `loader`. `start4.elf`
is the standard firmware. `start4cd.elf` is cut down to what starts a kernel, `start4x.elf` adds the camera, and
`start4db.elf` adds debug messages. Older boards read `bootcode.bin`; the Pi 4 has that code in an EEPROM.
"""

from leafroot import Archive, Package, Prebuilt

package = Package(
    version="1.20240424+ds-6",
    archive=Archive(
        "debian:pool/non-free-firmware/r/raspi-firmware/raspi-firmware_{version}_all.deb",
        sha256="f95a3d3c41df10bac33580be91b595efa1e126ad5e4b7eca75ce26fbbc69af06",
        inner="data.tar.xz",
    ),
    license="LicenseRef-RaspberryPi-firmware",
    license_files=["usr/share/doc/raspi-firmware/copyright"],
    build=Prebuilt(
        install=[
            ("usr/lib/raspi-firmware/start4.elf", "boot/"),
            ("usr/lib/raspi-firmware/fixup4.dat", "boot/"),
            ("usr/lib/raspi-firmware/start4cd.elf", "boot/"),
            ("usr/lib/raspi-firmware/fixup4cd.dat", "boot/"),
            ("usr/lib/raspi-firmware/start4x.elf", "boot/"),
            ("usr/lib/raspi-firmware/fixup4x.dat", "boot/"),
            ("usr/lib/raspi-firmware/start4db.elf", "boot/"),
            ("usr/lib/raspi-firmware/fixup4db.dat", "boot/"),
        ],
        boot=True,
    ),
)
