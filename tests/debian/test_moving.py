# SPDX-License-Identifier: Apache-2.0
"""Moving a pin: the text of a description changes in version and checksums alone, and patches are tried first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leafroot import Package
from leafroot.debian.moving import at_version, check_sources, rewritten
from leafroot.debian.pins import check_movable
from leafroot.describe.archive import Archive
from leafroot.describe.fields import parts, with_parts
from leafroot.describe.patch import Patch
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.units.catalog import load_catalog
from leafroot.units.load import load_unit
from tests.archive.tar_members import member, tar_bytes
from tests.performing import OwnTrees
from tests.small_tree import CHECKOUT, PATCH, SmallTree

NEW = "9.8.7"


def pinned_units() -> Iterator[Unit[Any]]:
    """All units of this tree whose pins can be moved."""
    catalog = load_catalog(CHECKOUT)
    for unit in (*catalog.series.values(), *catalog.packages.values()):
        try:
            check_movable(unit.value, unit.folder)
        except LeafrootError:
            continue
        yield unit


def elsewhere(unit: Unit[Any]) -> Any:
    """The unit's description at a version that nobody has: each archive has another checksum."""

    def change(archive: Archive) -> Archive:
        digest = hashlib.sha256(archive.sha256.encode()).hexdigest()
        return Archive(archive.places, digest, archive.inner, archive.strip)

    return replace(with_parts(unit.value, Archive, change), version=NEW)


@pytest.mark.parametrize("unit", list(pinned_units()), ids=lambda unit: unit.name)
def test_in_each_unit_of_this_tree_only_version_and_checksums_change(unit: Unit[Any]) -> None:
    new = elsewhere(unit)
    text = rewritten(unit, new)
    before = (unit.directory / unit.description).read_text()
    assert text != before
    for one, other in zip(parts(new, Archive), parts(unit.value, Archive), strict=True):
        assert one.sha256 in text and other.sha256 not in text
        text = text.replace(one.sha256, other.sha256)
    assert text.replace(f'version="{NEW}"', f'version="{unit.value.version}"') == before


DESCRIPTION = '''"""A package of 1.0, whose comment says version="1.0" too."""

from leafroot import Archive, Make, Package

{more}package = Package(
    version={version},
    archive=Archive({place}, sha256={digest}),
    license="MIT",
    build=Make(),
)
'''
OLD = hashlib.sha256(b"old").hexdigest()
SUM = hashlib.sha256(b"new").hexdigest()
PLACE = '"debian:pool/main/a/a/a_{version}+dfsg1.orig.tar.xz"'


def unit(folder: Path, **written: str) -> Unit[Any]:
    """The package alpha with these words in its description."""
    words = {"version": '"1.0"', "place": PLACE, "digest": f'"{OLD}"', "more": "", **written}
    file = folder / "package/alpha/package.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(DESCRIPTION.format(**words))
    return load_unit(folder, "package/alpha", "package.py", "package", Package)


def at(old: Unit[Any], version: str, tail: str = "+dfsg1.orig.tar.xz") -> Any:
    place = f"debian:pool/main/a/a/a_{{version}}{tail}"
    return replace(old.value, version=version, archive=Archive(place, SUM))


def test_the_docstring_and_other_numbers_stay(tmp_path: Path) -> None:
    old = unit(tmp_path, more='REASON = "1.0 is old"\n\n')
    text = rewritten(old, at(old, "1.2"))
    assert text == DESCRIPTION.format(more='REASON = "1.0 is old"\n\n', version='"1.2"', place=PLACE, digest=f'"{SUM}"')


def test_what_follows_the_version_in_a_place_is_rewritten(tmp_path: Path) -> None:
    old = unit(tmp_path)
    text = rewritten(old, at(old, "1.2", "+dfsg4.orig.tar.gz"))
    assert '"debian:pool/main/a/a/a_{version}+dfsg4.orig.tar.gz"' in text and "dfsg1" not in text


@pytest.mark.parametrize(
    ("written", "version"),
    [({"version": "'1.0'"}, "'1.2'"), ({"more": 'VERSION = "1.0"\n\n', "version": "VERSION"}, '"1.2"')],
    ids=["single quotes", "a variable"],
)
def test_a_version_may_be_written_in_other_ways(tmp_path: Path, written: dict[str, str], version: str) -> None:
    old = unit(tmp_path, **written)
    assert version in rewritten(old, at(old, "1.2"))


@pytest.mark.parametrize(
    "written",
    [
        {"version": '"1" + ".0"'},
        {"digest": f'"{OLD[:32]}" "{OLD[32:]}"'},
        {"digest": f'"{OLD.upper()}"'},
    ],
    ids=["a version in parts", "a checksum in parts", "a checksum in capitals"],
)
def test_what_cannot_be_edited_is_said_with_the_values_to_write(tmp_path: Path, written: dict[str, str]) -> None:
    old = unit(tmp_path, **written)
    with pytest.raises(LeafrootError) as caught:
        rewritten(old, at(old, "1.2"))
    assert str(caught.value) == (
        "package/alpha/package.py: version and checksums are not written as this command can edit them\n"
        f"  Edit them by hand: version=1.2\n  a_1.2+dfsg1.orig.tar.xz: sha256={SUM}"
    )


SOURCES = {"old": b"a\nb\nc\n", "new": b"a\nb\nc\nd\n", "elsewhere": b"x\na\nb\nc\n", "applied": b"a\nB\nc\n"}


@pytest.fixture
def kernels(tmp_path: Path) -> Unit[Any]:
    """A kernel series with a patch for all architectures, and one for arm64."""
    tree = SmallTree(tmp_path, {"linux/6.12/patches/arm64/0001.patch": PATCH.replace("/f", "/g")})
    tree.write({"linux/6.12/patches/0002.patch": None})
    return tree.catalog().series["6.12"]


def checked(kernels: Unit[Any], folder: Path, f: str, g: str) -> None:
    """Check the series against a source whose files f and g are these."""
    data = tar_bytes(member("linux/f", SOURCES[f]), member("linux/g", SOURCES[g]))
    (folder / "linux.tar").write_bytes(data)
    place = Archive(f"file:{folder}/linux.tar", hashlib.sha256(data).hexdigest())
    new = at_version(kernels, replace(kernels.value, version="6.12.200", archive=place))
    check_sources(new, folder, OwnTrees(folder / "trees", lambda archive: folder / archive.file_name))


def test_patches_for_all_and_for_one_architecture_are_tried(kernels: Unit[Any], tmp_path: Path) -> None:
    checked(kernels, tmp_path, "new", "old")


@pytest.mark.parametrize(
    ("f", "g", "patch", "reason"),
    [
        ("elsewhere", "old", "0001.patch", "the patch does not apply exactly"),
        ("old", "elsewhere", "arm64/0001.patch", "the patch does not apply exactly"),
        ("applied", "old", "0001.patch", "the source has this change already"),
    ],
)
def test_a_patch_that_does_not_apply_is_named(
    kernels: Unit[Any], tmp_path: Path, f: str, g: str, patch: str, reason: str
) -> None:
    with pytest.raises(LeafrootError) as caught:
        checked(kernels, tmp_path, f, g)
    assert str(caught.value).startswith(
        f"linux/6.12/kernel.py: version 6.12.200 cannot be used: linux/6.12/patches/{patch}: {reason}"
    )
    assert str(caught.value).endswith("\n  The file is unchanged.")


def test_patches_of_a_version_are_those_of_the_new_one(tmp_path: Path) -> None:
    tree = SmallTree(
        tmp_path, {"linux/6.12/patches/6.12.200/0001.patch": PATCH, "linux/6.12/patches/6.12.107/0002.patch": PATCH}
    )
    series = tree.catalog().series["6.12"]
    assert series.patches == (Patch("linux/6.12/patches/6.12.107/0002.patch"),)
    new = at_version(series, replace(series.value, version="6.12.200"))
    assert new.patches == (Patch("linux/6.12/patches/6.12.200/0001.patch"),)
