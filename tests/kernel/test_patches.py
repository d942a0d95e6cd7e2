# SPDX-License-Identifier: Apache-2.0
"""The kernel patches: fit to be sent upstream, by the kernel's own measure, and for these very versions."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from leafroot.app.session import open_session
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.patch import Patch
from leafroot.errors import LeafrootError
from leafroot.store.patching import apply_patch
from tests.performing import shared_usr

ROOT = Path(__file__).parents[2]
PATCHES = sorted(ROOT.glob("linux/*/patches/*.patch"))
SERIES = sorted({patch.relative_to(ROOT).parts[1] for patch in PATCHES})

# Those for one architecture, which are applied after the others.
ARCH_PATCHES = sorted(ROOT.glob("linux/*/patches/*/*.patch"))

every_patch = pytest.mark.parametrize("patch", PATCHES, ids=lambda path: f"{series_of(path)}-{path.name[:4]}")


def series_of(patch: Path) -> str:
    """The series whose patch it is."""
    return patch.relative_to(ROOT).parts[1]


def patches_of(series: str) -> list[Path]:
    """The patches of a series, in the order in which they are applied."""
    return [patch for patch in PATCHES if series_of(patch) == series]


def up_to(patch: Path) -> list[Path]:
    """The patch, after those that are applied before it."""
    series = patches_of(series_of(patch))
    return series[: series.index(patch) + 1]


def source(series: str, patches: Sequence[Path] = ()) -> Path:
    """The kernel tree of a series with these patches."""
    session = open_session(ROOT, {}, board_needed=False)
    store = session.store()
    return store.source(session.catalog.series[series].value.source(), [Patch(str(patch)) for patch in patches])


def touched(patch: Path) -> list[str]:
    """The files that a patch changes."""
    return [line.split()[1].partition("/")[2] for line in patch.read_text().splitlines() if line.startswith("+++ ")]


def copied(series: str, into: Path) -> Path:
    """The files that the patches of a series change, and only those, as they are in the plain tree."""
    tree = source(series)
    for name in {name for patch in patches_of(series) for name in touched(patch)}:
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        if (tree / name).exists():
            (into / name).write_bytes((tree / name).read_bytes())
    return into


@every_patch
def test_checkpatch_accepts_each_patch(patch: Path) -> None:
    done = subprocess.run(
        ["perl", "scripts/checkpatch.pl", "--strict", "--no-color", str(patch)],
        cwd=source(series_of(patch)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "total: 0 errors, 0 warnings, 0 checks" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("series", SERIES)
def test_each_patch_applies_exactly_after_the_previous_one(series: str, tmp_path: Path) -> None:
    tree = copied(series, tmp_path / "plain")
    for patch in patches_of(series):
        apply_patch(tree, Patch(str(patch)), shared_usr())
        with pytest.raises(LeafrootError, match="the source has this change already"):
            apply_patch(tree, Patch(str(patch)), shared_usr())


@pytest.mark.parametrize(
    "patch", ARCH_PATCHES, ids=lambda path: f"{series_of(path)}-{path.parent.name}-{path.name[:4]}"
)
def test_a_patch_for_one_architecture_is_fit_to_be_sent_and_applies_after_the_others(
    patch: Path, tmp_path: Path
) -> None:
    series, arch = series_of(patch), patch.parent.name
    test_checkpatch_accepts_each_patch(patch)
    head = patch.read_text().partition("\n---\n")[0]
    assert f"\nSubject: [PATCH] {arch}: " in head
    assert "\nSigned-off-by: " in head
    assert len(head.partition("\n\n")[2].split()) > 80
    # No kernel of another architecture may change.
    assert all(name.startswith(f"arch/{arch}/") for name in touched(patch))
    tree = source(series, patches_of(series))
    for name in touched(patch):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((tree / name).read_bytes())
    apply_patch(tmp_path, Patch(str(patch)), shared_usr())
    with pytest.raises(LeafrootError, match="the source has this change already"):
        apply_patch(tmp_path, Patch(str(patch)), shared_usr())


@pytest.mark.parametrize("series", [name for name in SERIES if len(patches_of(name)) > 1])
def test_patches_apply_only_in_the_order_of_their_numbers(series: str, tmp_path: Path) -> None:
    """They touch the same lines: the other way round they would not go in, or not where they belong."""
    tree = copied(series, tmp_path / "plain")
    with pytest.raises(LeafrootError, match="does not apply exactly"):
        for patch in reversed(patches_of(series)):
            apply_patch(tree, Patch(str(patch)), shared_usr())
    numbers = [int(patch.name[:4]) for patch in patches_of(series)]
    assert numbers[0] == 1 and all(after == before + 1 for before, after in pairwise(numbers))


@every_patch
def test_each_patch_has_a_subject_a_description_and_a_sign_off(patch: Path) -> None:
    head = patch.read_text().partition("\n---\n")[0]
    series = patches_of(series_of(patch))
    number = f" {series.index(patch) + 1}/{len(series)}" if len(series) > 1 else ""
    assert f"\nSubject: [PATCH{number}] " in head
    assert "\nSigned-off-by: " in head
    body = head.partition("\n\n")[2]
    assert len(body.split()) > 80
    assert any(name.startswith("Documentation/") for name in touched(patch))


@pytest.mark.parametrize("series", SERIES)
def test_the_modes_of_a_series_are_the_words_that_its_patches_add(series: str) -> None:
    """What `modes=` of kernel.py promises is a parameter that the patches document and read, and they add no other."""
    session = open_session(ROOT, {}, board_needed=False)
    text = "".join(patch.read_text() for patch in patches_of(series))
    read = re.findall(r'^\+__setup\("(\w+)"', text, re.MULTILINE)
    documented = re.findall(r"^\+\t(\w+)(?:\[=<options>\])?\s*(?:\[KNL\].*)?$", text, re.MULTILINE)
    modes = session.catalog.series[series].value.modes
    assert sorted(read) == sorted(documented) == sorted(BOOT_MODES[name].cmdline for name in modes)


@pytest.mark.parametrize("initramfs", [True, False], ids=["with-initramfs", "without"])
@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(
            patch,
            id=f"{series_of(patch)}-{patch.name[:4]}",
            marks=[] if series_of(patch) == "6.12" else [pytest.mark.matrix],
        )
        for patch in PATCHES
    ],
)
def test_each_patch_compiles_without_the_later_ones(patch: Path, initramfs: bool, tmp_path: Path) -> None:
    """Whoever bisects stops between two patches; and what needs no initramfs must not be made to have one."""
    tree = source(series_of(patch), up_to(patch))
    objects = [f"{name[:-2]}.o" for name in touched(patch) if name.endswith(".c")]
    # init/ compiles initramfs.c only where there is one.
    objects = [name for name in objects if initramfs or name != "init/initramfs.o"]
    fragment = (ROOT / "linux/config/initramfs.config").read_text() if initramfs else ""
    (tmp_path / "asked.config").write_text(f"{fragment}CONFIG_64BIT=y\nCONFIG_WERROR=y\n")
    words = ["make", "-s", "-C", str(tree), f"O={tmp_path / 'objects'}", "ARCH=x86", "CROSS_COMPILE="]
    env = {**os.environ, "KCONFIG_ALLCONFIG": str(tmp_path / "asked.config")}
    for target in (["allnoconfig"], [f"-j{os.cpu_count()}", *objects]):
        done = subprocess.run([*words, *target], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning:" not in done.stderr, done.stderr
    configuration = (tmp_path / "objects/.config").read_text()
    assert ("CONFIG_BLK_DEV_INITRD=y\n" in configuration) is initramfs
    assert objects and all((tmp_path / "objects" / name).stat().st_size for name in objects)
