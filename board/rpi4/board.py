# SPDX-License-Identifier: Apache-2.0
"""Raspberry Pi 4 Model B.

The serial console is on pins 8 and 10 of the header. It uses the PL011 UART, which otherwise serves Bluetooth. The mini
UART, which the pins have by default, changes its speed with the processor's clock.
"""

from leafroot import Board, Emulation, Kernel, RaspberryPi

board = Board(
    arch="aarch64",
    kernel=Kernel(
        "6.12",
        device_tree="broadcom/bcm2711-rpi-4-b",
        overlays=["console-pl011"],
        options={"display": "KMS display over HDMI (vc4)"},
    ),
    boot="leaf-tmpfs",
    memory=1024,
    packages=["busybox", "skeleton", "rootcheck"],
    require=["relro", "pie"],
    loader=RaspberryPi(firmware=["start4.elf", "fixup4.dat"]),
    emulation=Emulation(["-machine", "raspi4b"], since=(9, 0), overlay="qemu.dtso", virtio=False, memory=2048),
)
