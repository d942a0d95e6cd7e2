# SPDX-License-Identifier: Apache-2.0
"""A made-up Raspberry Pi: its description, and a small kernel, firmware and device tree to make forms of."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

from leafroot.archive.pack import pack
from leafroot.build.executor import Local
from leafroot.describe.board import RaspberryPi
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.forms import BootParts, Forms, plan_forms
from leafroot.step import SOURCE_DATE_EPOCH, Output
from leafroot.units.catalog import load_catalog
from tests.performing import local_in, perform, this_machine

ROOT = Path(__file__).parents[2]
PARTS = BootParts(
    Output("pi/images/Image"), Output("pi/devicetree.tar.zst"), Output("noarch/raspberrypi-firmware.tar.zst")
)
FIRMWARE = {"start4.elf": 2_250_000, "fixup4.dat": 5_400}
OVERLAYS = ("disable-bt", "a-name-longer-than-eight-and-three")


def noise(size: int, seed: str) -> bytes:
    return random.Random(seed).randbytes(size)


@dataclass
class Pi:
    """A board, and who has what its forms are made of."""

    config: Config
    local: Local

    @property
    def output(self) -> Path:
        return self.local.output

    def sized(self, memory: int = 1024, loader: RaspberryPi | None = None, cmdline: str = "") -> Pi:
        value = self.config.board.value
        value = replace(value, memory=memory, loader=loader or value.loader, cmdline=cmdline)
        return Pi(replace(self.config, board=replace(self.config.board, value=value)), self.local)

    def forms(self) -> Forms:
        return plan_forms(self.config, this_machine(), PARTS, "arm_64bit=1\n", "console=ttyAMA0,115200\n")

    def make(self) -> Forms:
        forms = self.forms()
        for step in forms.steps:
            perform(self.local, step)
        return forms

    def boot_files(self) -> dict[str, bytes]:
        """What must be on the boot partition."""
        return {
            **{name: noise(size, name) for name, size in FIRMWARE.items()},
            "kernel8.img": (self.output / PARTS.kernel.path).read_bytes(),
            "config.txt": b"arm_64bit=1\n",
            "cmdline.txt": b"console=ttyAMA0,115200\n",
            "bcm2711-rpi-4-b.dtb": noise(52_000, "dtb"),
            **{f"overlays/{name}.dtbo": noise(1_000, name) for name in OVERLAYS},
        }

    def kernel(self, size: int, seed: str = "kernel") -> None:
        (self.output / PARTS.kernel.path).write_bytes(noise(size, seed))


def make_pi(place: Path) -> Pi:
    (place / "output/pi/images").mkdir(parents=True)
    config = configure(load_catalog(ROOT), ROOT, place / "kconfig", Request("qemu_aarch64"))
    kernel = replace(
        config.board.value.kernel, device_tree="broadcom/bcm2711-rpi-4-b", overlays=OVERLAYS, config=("linux.config",)
    )
    value = replace(config.board.value, kernel=kernel, loader=RaspberryPi(tuple(FIRMWARE)), memory=1024)
    board = replace(config.board, name="pi", folder="board/pi", value=value)
    pi = Pi(replace(config, name="pi", board=board), local_in(place, checkout=ROOT))
    pi.kernel(9_000_001)
    artefact(pi, "noarch/raspberrypi-firmware", {f"boot/{name}": noise(size, name) for name, size in FIRMWARE.items()})
    tree = {f"overlays/{name}.dtbo": noise(1_000, name) for name in OVERLAYS}
    artefact(pi, "pi/devicetree", {"bcm2711-rpi-4-b.dtb": noise(52_000, "dtb"), "overlays/unasked.dtbo": b"x", **tree})
    return pi


def artefact(pi: Pi, name: str, files: dict[str, bytes]) -> None:
    folder = pi.output.parent / "artefacts" / name
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    pack(folder, pi.output / f"{name}.tar.zst", mtime=SOURCE_DATE_EPOCH)
