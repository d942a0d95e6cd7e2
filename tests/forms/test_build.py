# SPDX-License-Identifier: Apache-2.0
"""Forms through scons itself, from a made-up kernel: the folders, the card, and what a run with nothing to do does."""

from __future__ import annotations

import filecmp
import re
import shutil
from pathlib import Path

import pytest

from leafroot.record.times import read_times
from tests.real_builds import CALLERS_CACHE, scons
from tests.small_tree import SmallTree, package

FIRMWARE = package(build='Prebuilt([("start4.elf", "boot/")], boot=True)')

ROOT = Path(__file__).parents[2]

BOARD = '''"""A board."""

from leafroot import Board, Kernel, RaspberryPi

board = Board(
    arch="aarch64",
    kernel=Kernel("7.2", config=[], device_tree="broadcom/pi", overlays=["one"]),
    boot="leaf-tmpfs",
    memory=64,
    loader=RaspberryPi(["start4.elf"], card=48, boot_partition=40, serial="1234abcd"),
)
'''

# The toolchain, the kernel and the root of this board are a line of shell each.
SCONSTRUCT = """
import sys
sys.path.insert(0, {root!r})
import leafroot.app.scons
import leafroot.app.session
from leafroot.plan.board import Plan
from leafroot.plan.forms import BootParts, Export, plan_forms
from leafroot.step import Output, Step


def made_up(machine, output, script):
    result = "/out" if output.endswith(".tar.zst") else "/out/x"
    return Step(output, Output(output), (machine.usr(),), commands=(("sh", "-c", script),), result=result)


def plan(steps, image, forms=None):
    # The kernel stands for the other images, too.
    return Plan(
        steps=steps,
        image=image,
        root=image,
        manifest=image,
        kernel=image,
        device_tree=None,
        card=forms and forms.card.output,
        ramdisk=forms and forms.ramdisk.output,
        checks=(),
        exports=forms.exports if forms else (),
        legal_info=Export("legal-info", image),
    )


def plan_board(config, machine):
    if config.name != "pi":
        return plan((), Output("one/images/Image"))
    kernel = made_up(machine, "pi/images/Image", "head -c 3000000 /dev/zero >/out/x")
    before = (
        kernel,
        made_up(
            machine,
            "pi/devicetree.tar.zst",
            "mkdir /out/overlays && echo 1 >/out/overlays/one.dtbo && echo >/out/pi.dtb",
        ),
        made_up(
            machine,
            "noarch/raspberrypi-firmware.tar.zst",
            "mkdir /out/boot && echo loader >/out/boot/start4.elf",
        ),
    )
    forms = plan_forms(config, machine, BootParts(*(step.output for step in before)), "arm_64bit=1\\n", "\\n")
    return plan((*before, *forms.steps), kernel.output, forms)


leafroot.app.session.plan_board = plan_board
leafroot.app.scons.build()
"""

FILES = ["cmdline.txt", "config.txt", "kernel8.img", "overlays/one.dtbo", "pi.dtb", "start4.elf"]


class Checkout:
    """A checkout with that board in it."""

    def __init__(self, root: Path) -> None:
        self.root = root / "checkout"
        SmallTree(
            self.root,
            {
                "board/pi/board.py": BOARD,
                "package/raspberrypi-firmware/package.py": FIRMWARE,
                "SConstruct": SCONSTRUCT.format(root=str(ROOT)),
            },
        )
        shutil.copytree(ROOT / "leafroot/tools/boot-forms", self.root / "leafroot/tools/boot-forms")
        shutil.copytree(ROOT / "buildroots", self.root / "buildroots")
        self.cache = root / "cache"
        self.cache.mkdir()
        # The build roots are downloaded and unpacked once.
        for name in ("dl", "trees"):
            (self.cache / name).symlink_to(CALLERS_CACHE / name)
        self.images = self.root / "output/pi/images"

    def scons(self, *words: str, status: int = 0) -> str:
        return scons(self.root, "BOARD=pi", f"CACHE={self.cache}", *words, status=status)

    def found(self, folder: str) -> list[str]:
        place = self.images / folder
        return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_build_leaves_the_folders_right(checkout: Checkout) -> None:
    assert "6 steps built" in checkout.scons()
    assert len(read_times(checkout.root / "output/times.json")[0]) == 6
    assert checkout.found("boot") == FILES
    assert checkout.found("netboot") == [f"1234abcd/{name}" for name in FILES]
    assert sorted(path.name for path in checkout.images.iterdir()) == [
        "Image",
        "boot",
        "boot.img",
        "netboot",
        "sdcard.img",
    ]

    # Files are looked at before SCons begins to build as well, when it would take MD5 if nobody told it otherwise.
    records = [path.read_text() for path in (checkout.root / "output/explain").rglob("*") if path.is_file()]
    sums = re.findall(r'"file [^"]*": "([0-9a-f]*)', "".join(records))
    assert sums
    assert {len(one) for one in sums} == {64}

    boot = checkout.images / "boot"
    before = boot.stat().st_ino
    assert "steps built" not in checkout.scons()
    assert boot.stat().st_ino == before

    (boot / "config.txt").write_text("edited\n")
    (boot / "foreign").write_text("x")
    shutil.rmtree(checkout.images / "netboot")
    assert "steps built" not in checkout.scons()
    assert checkout.found("boot") == FILES
    assert (boot / "config.txt").read_text() == "arm_64bit=1\n"
    assert checkout.found("netboot") == [f"1234abcd/{name}" for name in FILES]

    script = checkout.root / "SConstruct"
    script.write_text(script.read_text().replace('"arm_64bit=1', '"arm_64bit=0'))
    assert "3 steps built" in checkout.scons()
    assert (boot / "config.txt").read_text() == "arm_64bit=0\n"


def test_the_cache_keeps_no_card(checkout: Checkout) -> None:
    checkout.scons()
    assert not [path for path in checkout.cache.rglob("*") if path.is_file() and path.stat().st_size > 4_000_000]
    shutil.rmtree(checkout.root / "output")
    assert "2 steps built, 4 from the cache" in checkout.scons()
    assert checkout.found("boot") == FILES


def test_flash_builds_the_card_and_writes_it(checkout: Checkout) -> None:
    card = checkout.root / "card"
    with card.open("wb") as file:
        file.truncate(48 * 1024 * 1024)
    said = checkout.scons("flash", f"DEV={card}")
    assert f"compared {card}, 50.3 MB in " in said
    assert filecmp.cmp(card, checkout.images / "sdcard.img", shallow=False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "leafroot: flash: which card?\n  Say DEV=/dev/sdX.\n"),
        (("DEV=/dev/null",), "leafroot: DEV=/dev/null: not a block device or a regular file\n"),
        (("DEV=small",), "leafroot: DEV=small: too small: 500 B, and the image needs 50.3 MB\n"),
    ],
    ids=["none", "no device", "too small"],
)
def test_flash_refuses_before_anything_is_built(checkout: Checkout, words: tuple[str, ...], message: str) -> None:
    (checkout.root / "small").write_bytes(bytes(500))
    said = checkout.scons("flash", *words, status=2)
    assert said.startswith(message)
    assert not checkout.images.exists()


def test_only_a_board_with_a_card_can_be_flashed(checkout: Checkout) -> None:
    said = checkout.scons("BOARD=one", "flash", "DEV=x", status=2)
    assert said == "leafroot: BOARD=one: this board has no SD card to write\n"


def test_a_dry_run_tells_the_steps_and_makes_nothing(checkout: Checkout) -> None:
    """`-n`, with nothing in the cache and with everything in it."""
    for _ in range(2):
        shutil.rmtree(checkout.root / "output", ignore_errors=True)
        assert checkout.scons("-n").count("would be built, or taken from the cache") == 6
        assert not checkout.images.exists()
        checkout.scons()
    assert "would be built" not in checkout.scons("-n")
