# SPDX-License-Identifier: Apache-2.0
"""One digest decides: SCons, the cache, the manifest and `explain=` agree on what goes into an output.

Through scons itself, on a made-up checkout that builds a whole image in seconds.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from changes import append, replace

from leafroot.rootfs.cpio import read_newc
from tests.real_builds import sha256
from tests.reliability.building import Place
from tests.reliability.made_up_firmware import Firmware, make_firmware

LINE = re.compile(r"^  (\S.*?)(?: \d[\w.]*)? +[\d.]+ s(, from the cache)?$", re.MULTILINE)
PACKED = frozenset({"root", "ELF checks", "root, compressed"})
SLOT, IMAGE = "size of the root's slot", "image bzImage"
# Large, and made quickly: they are never kept.
NOT_CACHED = frozenset({SLOT, IMAGE})
IMAGES = PACKED | NOT_CACHED | {"manifest"}
LEFT = "The next build leaves it as it is"
SAME_BYTES = "will be made again itself, perhaps with the same bytes"


def built(said: str) -> set[str]:
    """The titles of the steps that were built."""
    return {match[1] for match in LINE.finditer(said) if not match[2]}


def brought(said: str) -> set[str]:
    """The titles of the steps whose outputs came from the cache."""
    return {match[1] for match in LINE.finditer(said) if match[2]}


def does_nothing(place: Place, *words: str) -> bool:
    said = place.build(*words)
    return not built(said) and not brought(said)


def manifest_of(place: Place, board: str = "little") -> dict[str, str]:
    """The digests of all steps, as the manifest has them."""
    found = json.loads((place.output / board / "images/manifest.json").read_text())["steps"]
    assert isinstance(found, dict)
    return found


def root_of(place: Place, board: str) -> dict[str, bytes]:
    with (place.output / board / "rootfs.cpio").open("rb") as file:
        return {entry.name: entry.data for entry in read_newc(file)}


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Firmware:
    return make_firmware(tmp_path_factory.mktemp("decisions"))


@pytest.fixture(scope="module")
def finished(firmware: Firmware, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place where all is built."""
    place = Place(firmware.tree, tmp_path_factory.mktemp("place"), firmware.words)
    assert built(place.build()) >= {"delta", "root", "manifest"}
    return place


@pytest.fixture
def place(firmware: Firmware, finished: Place) -> Iterator[Place]:
    """The same place; what a test changes in the checkout is undone, and built, after it."""
    pristine = firmware.tree.with_name("pristine")
    shutil.copytree(firmware.tree, pristine)
    yield finished
    shutil.rmtree(firmware.tree)
    pristine.rename(firmware.tree)
    finished.build()


def test_words_for_people_build_nothing(place: Place) -> None:
    assert does_nothing(place)
    append("package/delta/package.py", "# A comment.\n")(place.checkout)
    replace("package/alpha/package.py", '"""Package alpha."""', '"""Another docstring."""')(place.checkout)
    append("board/little/board.py", "# A comment.\n")(place.checkout)
    assert does_nothing(place)


def test_an_input_that_gives_the_same_bytes_goes_no_further(place: Place, firmware: Firmware) -> None:
    """But the manifest, which says what went into each output, is written anew."""
    before, digests = place.bytes_made(), manifest_of(place)
    append("package/delta/src/Makefile", "# A comment.\n")(place.checkout)
    said = place.build()
    assert built(said) == {"delta", "manifest"} and not brought(said)
    after = place.bytes_made()
    assert {name for name in before if after[name] != before[name]} == {"little/images/manifest.json"}
    assert {name for name, digest in manifest_of(place).items() if digest != digests[name]} == {
        f"{firmware.target}/delta.tar.zst"
    }
    assert does_nothing(place)


def test_other_bytes_go_as_far_as_they_reach_and_no_further(place: Place, firmware: Firmware) -> None:
    before = place.bytes_made()
    append("package/delta/src/words", "more\n")(place.checkout)
    assert built(place.build()) == {"delta", *IMAGES}
    changed = {name for name, digest in place.bytes_made().items() if digest != before[name]}
    # Neither what was found in ELF files nor the size of the slot is another.
    images = {f"little/images/{name}" for name in ("rootfs.cpio.zst", "bzImage", "manifest.json")}
    assert changed == {f"{firmware.target}/delta.tar.zst", "little/rootfs.cpio", *images}


def test_what_is_changed_back_comes_from_the_cache(place: Place) -> None:
    before, digests = place.bytes_made(), manifest_of(place)
    old = (place.checkout / "package/delta/src/words").read_text()
    append("package/delta/src/words", "more\n")(place.checkout)
    place.build()
    (place.checkout / "package/delta/src/words").write_text(old)
    said = place.build()
    assert (built(said), brought(said)) == (set(NOT_CACHED), {"delta", *IMAGES} - NOT_CACHED)
    assert (place.bytes_made(), manifest_of(place)) == (before, digests)


def test_record_manifest_and_cache_have_one_digest(place: Place) -> None:
    digests = manifest_of(place)
    for path, digest in digests.items():
        record = json.loads((place.output / "explain" / f"{path.replace('/', '_')}.json").read_text())
        assert record["digest"] == digest, path
        kept = [file.name for file in place.cache.glob(f"artefacts/*/{digest}-*")]
        cached = path not in ("little/slot-size", "little/images/bzImage")
        assert kept == ([f"{digest}-{sha256(place.output / path)}"] if cached else []), path
    # The manifest tells of every output but itself, and the licence texts, which are made when they are asked for.
    told = {f"{path.replace('/', '_')}.json" for path in digests}
    assert {file.name for file in (place.output / "explain").iterdir()} == told | {"little_images_manifest.json.json"}


def test_the_path_of_the_checkout_does_not_change_the_output(place: Place, tmp_path: Path) -> None:
    shutil.copytree(place.checkout, tmp_path / "a longer path" / "checkout")
    other = Place(tmp_path / "a longer path" / "checkout", tmp_path / "other", place.words)
    shutil.copytree(place.cache, other.cache, symlinks=True)
    said = other.build()
    assert built(said) == NOT_CACHED
    assert (other.bytes_made(), manifest_of(other)) == (place.bytes_made(), manifest_of(place))


CHANGES: dict[str, tuple[Callable[[Path], object], tuple[str, ...], set[str]]] = {
    "nothing": (lambda tree: None, (), set()),
    "a comment": (append("package/delta/package.py", "# A comment.\n"), (), set()),
    "a source": (append("package/delta/src/words", "more\n"), (), {"delta"}),
    "a source, to no effect": (append("package/delta/src/Makefile", "# A comment.\n"), (), {"delta"}),
    "a word of a recipe": (
        replace("package/delta/package.py", "build=Make()", 'build=Make({"WORD": "1"})'),
        (),
        {"delta"},
    ),
    "the time stamps": (lambda tree: [path.touch() for path in tree.rglob("*") if path.is_file()], (), set()),
    "a patch": (append("linux/6.12/patches/0001.patch", "\nMore words below it.\n"), (), {"linux"}),
    "a mode": (lambda tree: None, ("BOOT=rootfs",), {"rootfs.cpio"}),
    "Leafroot's own code": (append("leafroot/rootfs/cpio.py", "\n# A comment.\n"), (), {"rootfs.cpio"}),
}
EXPLAINED = {
    "alpha": "alpha",
    "delta": "delta",
    "linux": "linux",
    "rootfs.cpio": "root",
    "elf.json": "ELF checks",
    "rootfs.cpio.zst": "root, compressed",
    "slot-size": SLOT,
    "bzImage": IMAGE,
    "manifest.json": "manifest",
}


@pytest.mark.parametrize("change", CHANGES)
def test_explain_says_before_what_scons_does_then(place: Place, change: str) -> None:
    """What is left as it is is not touched; what has another digest itself is done; the rest depends on bytes."""
    work, words, changed = CHANGES[change]
    work(place.checkout)
    told = {name: place.build(*words, f"explain={name}") for name in EXPLAINED}
    said = place.build(*words)
    done = built(said) | brought(said)
    left = {name for name in EXPLAINED if LEFT in told[name]}
    assert not {EXPLAINED[name] for name in left} & done, said
    again = {name for name in EXPLAINED if name not in left and SAME_BYTES not in told[name]}
    assert {EXPLAINED[name] for name in again} <= done, said
    assert changed <= again
    if not changed:
        assert left == set(EXPLAINED) and not done
    # Once it is done, nothing is left to do, and explain says so.
    for name in changed or {"delta"}:
        assert LEFT in place.build(*words, f"explain={name}")
    assert does_nothing(place, *words)
    place.build()


SPEAKS = '''\
"""Speaks."""

from leafroot import Make, Option, Package

package = Package(
    version="1",
    license="MIT",
    build=Make(),
    options=[Option("loud", "Loud", on=["VOICE=loud"], off=["VOICE=low"], depends=["gamma"])],
)
'''
LISTENS = '''\
"""Listens."""

from leafroot import Make, Package

package = Package(version="1", license="MIT", build=Make(), depends=["speaks"])
'''
# What is in the sysroot tells whether a dependency of an option, and that of a dependency, came with it.
MAKEFILE = """\
all:
	echo {word} $(notdir $(wildcard /sysroot/usr/share/*)) >said
install:
	install -D -m 644 said $(DESTDIR)/usr/share/{name}
"""
BOARD = '''\
"""Board {name}."""

from leafroot import Board, Kernel

board = Board(
    arch="x86_64",
    kernel=Kernel("6.12", config=[], shared=[]),
    console="ttyS0",
    boot="nullfs",
    memory=256,
    packages=["listens"],
)
'''


def write_two_boards(tree: Path, firmware: Firmware) -> None:
    """Two boards with the same packages, of which one has an option on."""
    files = {
        "package/speaks/package.py": SPEAKS,
        "package/speaks/src/Makefile": MAKEFILE.format(word="$(VOICE)", name="speaks"),
        "package/listens/package.py": LISTENS,
        "package/listens/src/Makefile": MAKEFILE.format(word="`cat /sysroot/usr/share/speaks`", name="listens"),
    }
    for name, option in (("loud", "CONFIG_PACKAGE_SPEAKS_LOUD=y\n"), ("low", "")):
        files[f"board/{name}/board.py"] = BOARD.format(name=name)
        files[f"configs/{name}_defconfig"] = f"CONFIG_BOARD_{name.upper()}=y\n{firmware.toolchain}{option}"
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)


def check_boards(place: Place) -> None:
    """Each root has what its own board asked for."""
    expected = {"low": ("low", "low speaks"), "loud": ("loud gamma", "loud gamma gamma speaks")}
    for board, (said, heard) in expected.items():
        root = root_of(place, board)
        assert root["usr/share/speaks"].decode() == f"{said}\n"
        assert root["usr/share/listens"].decode() == f"{heard}\n"
        assert ("usr/share/gamma/noise" in root) is (board == "loud")


def test_two_boards_with_other_options_stand_side_by_side(firmware: Firmware, finished: Place, tmp_path: Path) -> None:
    """In one run, in runs of their own, in either order: nothing of the one is made again for the other."""
    shutil.copytree(firmware.tree, tmp_path / "checkout")
    write_two_boards(tmp_path / "checkout", firmware)
    place = Place(tmp_path / "checkout", tmp_path / "place", firmware.words[1:])
    shutil.copytree(finished.cache, place.cache, symlinks=True)
    said = place.build("BOARD=loud,low")
    lines = [match[1] for match in LINE.finditer(said)]
    assert [lines.count(name) for name in ("speaks", "listens", "gamma", "musl")] == [2, 2, 1, 1]
    check_boards(place)
    both = place.bytes_made()
    for boards in ("loud,low", "low,loud", "loud", "low", "loud"):
        assert does_nothing(place, f"BOARD={boards}"), boards
    # The files' names tell them apart, and each is what it is without the other.
    names = {path.name for path in (place.output / firmware.target).glob("speaks*.tar.zst")}
    assert len(names) == 2 and all(re.fullmatch(r"speaks-[0-9a-f]{8}\.tar\.zst", name) for name in names)
    alone = Place(place.checkout, tmp_path / "alone", firmware.words[1:])
    for board in ("low", "loud"):
        alone.build(f"BOARD={board}", "--cache-disable")
    assert alone.bytes_made() == both
    manifests = [manifest_of(place, board) for board in ("low", "loud")]
    shared = manifests[0].keys() & manifests[1].keys()
    assert f"{firmware.target}/musl.tar.zst" in shared
    assert {name: manifests[0][name] for name in shared} == {name: manifests[1][name] for name in shared}


def test_an_option_that_is_switched_back_finds_what_was_there(
    firmware: Firmware, finished: Place, tmp_path: Path
) -> None:
    shutil.copytree(firmware.tree, tmp_path / "checkout")
    write_two_boards(tmp_path / "checkout", firmware)
    place = Place(tmp_path / "checkout", tmp_path / "place", ["BOARD=low", *firmware.words[1:]])
    shutil.copytree(finished.cache, place.cache, symlinks=True)
    place.build()
    before = place.bytes_made()
    loud = tmp_path / "loud.config"
    loud.write_text("CONFIG_PACKAGE_SPEAKS_LOUD=y\n")
    assert {"speaks", "listens"} <= built(place.build(f"CONFIG={loud}"))
    said = place.build()
    # What depends on the option lies there still; what has the board's name is brought.
    assert not {"speaks", "listens", "gamma"} & (built(said) | brought(said)) and built(said) <= NOT_CACHED
    assert before.items() <= place.bytes_made().items()
