# SPDX-License-Identifier: Apache-2.0
"""Other content under an equal time stamp is seen, for every kind of file that a step reads, by scons itself.

cp -p, rsync -t, git-restore-mtime, and tar with clamped times leave such files.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reliability.building import Place
from tests.reliability.made_up_firmware import ROOT, Firmware, make_firmware

# In 2020: what is built from it is newer, and so is what replaces it.
OLD = 1_600_000_000
PLANNED = re.compile(r"^  (\S.*?)(?: \d[\w.]*)? +would be built", re.MULTILINE)
FILES = '"""Files of our own."""\n\nfrom leafroot import Files, Package\n\n'
FILES += 'package = Package(version="1", license="MIT", build=Files())\n'

# A file of the checkout, a text in it and another of the same length, and a step that reads it.
INPUTS = {
    "kernel patch": (
        "linux/6.12/patches/0001.patch",
        "kernel, patched",
        "kernel, Patched",
        "linux 6.12.1 configuration",
    ),
    "kernel fragment": ("linux/config/initramfs.config", "ONE", "TWO", "linux 6.12.1 configuration"),
    "source of a package": ("package/delta/src/words", "first", "fifth", "delta"),
    "source that is a link": ("package/delta/src/linked", "one", "two", "delta"),
    "file of a package": ("package/notes/files/etc/note", "one", "two", "root"),
    "overlay of the board": ("board/little/overlay/etc/motd", "one", "two", "root"),
    "overlay of the command line": ("more/etc/issue", "one", "two", "root"),
    "script of a recipe": ("leafroot/tools/strip-tree/strip-tree.sh", ":", "!", "delta"),
    "source of a tool": ("leafroot/tools/kconfig-check/check.c", "one", "two", "linux 6.12.1 configuration"),
}


# The line to write into a file, around the word that changes. In a fragment, a comment would change nothing.
FORMS = {".c": "/* {} */\n", ".config": "CONFIG_{}=y\n"}
OWN = "leafroot/app/commands.py"


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Firmware:
    made = make_firmware(tmp_path_factory.mktemp("times"))
    board = made.tree / "board/little/board.py"
    board.write_text(board.read_text().replace('"delta"]', '"delta", "notes"]'))
    (made.tree / "package/notes").mkdir()
    (made.tree / "package/notes/package.py").write_text(FILES)
    for name, text, _, _ in INPUTS.values():
        file = made.tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or not file.read_text().strip():
            file.write_text(FORMS.get(file.suffix, "# {}\n").format(text))
    linked = made.tree / "package/delta/src/linked"
    linked.rename(made.tree / "linked")
    linked.symlink_to("../../../linked")
    shutil.copytree(ROOT / "site_scons", made.tree / "site_scons")
    for compiled in list(made.tree.rglob("__pycache__")):
        shutil.rmtree(compiled)
    for name in (*(name for name, _, _, _ in INPUTS.values()), OWN):
        os.utime(made.tree / name, (OLD, OLD))
    return made


@pytest.fixture(scope="module")
def place(firmware: Firmware, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A finished build, which tests only ask what the next one would do."""
    time.sleep(0.2)
    words = [*firmware.words, f"OVERLAY={firmware.tree}/more"]
    # Python is to keep what it compiled, whatever the caller's environment says.
    made = Place(firmware.tree, tmp_path_factory.mktemp("place"), words, {"PYTHONDONTWRITEBYTECODE": ""})
    made.build()
    assert planned(made) == set()
    return made


def planned(place: Place) -> set[str]:
    """The titles of the steps that the next run would do."""
    return set(PLANNED.findall(place.build("-n")))


def in_place(file: Path, text: str) -> None:
    file.write_text(text)
    os.utime(file, (OLD, OLD))


def renamed(file: Path, text: str) -> None:
    fresh = file.with_name("fresh")
    fresh.write_text(text)
    os.utime(fresh, (OLD, OLD))
    fresh.replace(file.resolve())


def backwards(file: Path, text: str) -> None:
    file.write_text(text)
    os.utime(file, (OLD - 86400, OLD - 86400))


@pytest.mark.parametrize("change", [in_place, renamed, backwards])
@pytest.mark.parametrize(("name", "old", "new", "step"), INPUTS.values(), ids=INPUTS)
def test_a_changed_input_is_seen_by_what_reads_it(
    place: Place, name: str, old: str, new: str, step: str, change: Callable[[Path, str], None]
) -> None:
    file = place.checkout / name
    before, status = file.read_text(), file.stat()
    assert len(old) == len(new) and old in before
    change(file, before.replace(old, new, 1))
    try:
        changed = file.stat()
        assert changed.st_size == status.st_size and changed.st_mtime <= status.st_mtime == OLD
        assert step in planned(place)
    finally:
        in_place(file, before)


@pytest.mark.parametrize("change", [in_place, renamed])
def test_leafroots_own_code_is_what_its_files_say(place: Place, change: Callable[[Path, str], None]) -> None:
    """Python itself would run what it compiled before: it goes by size and time."""
    file = place.checkout / OWN
    before = file.read_text()
    assert "list boards, kernel series" in place.build("-h")
    assert list(file.parent.glob("__pycache__/commands.*.pyc"))
    change(file, before.replace("list boards, kernel series", "LIST BOARDS, kernel series"))
    try:
        assert "LIST BOARDS, kernel series" in place.build("-h")
    finally:
        in_place(file, before)
    assert "list boards, kernel series" in place.build("-h")
