# SPDX-License-Identifier: Apache-2.0
"""A change is followed by the steps that it concerns and by no others, to the bytes of a build from nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from changes import CHANGES, COMPILED, NOT_CACHED, Change
from workbench import BOARD, Done, Workbench, made

from leafroot.rootfs.cpio import read_newc

ROOT_ONLY = (f"{BOARD}/images/rootfs.cpio.zst", f"{BOARD}/elf.json")


@pytest.fixture(scope="module")
def root_bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    bench = Workbench(tmp_path_factory.mktemp("root"), "debian", ROOT_ONLY)
    bench.begin()
    return bench


@pytest.fixture(scope="module")
def image_bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    bench = Workbench(tmp_path_factory.mktemp("image"), "source")
    bench.begin()
    return bench


@pytest.mark.parametrize("change", [change for change in CHANGES if not change.kernel], ids=str)
def test_a_change_rebuilds_exactly_its_part_of_the_root(root_bench: Workbench, change: Change) -> None:
    follow(root_bench, change, change.built)


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_rebuilds_exactly_its_part_of_the_image(image_bench: Workbench, change: Change) -> None:
    follow(image_bench, change, change.built | change.also)


def follow(bench: Workbench, change: Change, built: frozenset[str]) -> None:
    """Make the change, look at what is done and what comes of it, undo it, and look again."""
    before = made(bench.output)
    change.change(bench.tree)
    try:
        done = bench.build(change.variables)
        show(change.what, done)
        assert (done.built, done.cached) == (built, frozenset())
        after = made(bench.output)
        explained = {**change.explains, **({} if bench.targets else change.explains_also)}
        for name, patterns in explained.items():
            explain(bench, name, patterns, change)
        if built:
            output, new = bench.build_from_nothing(built, change.variables)
            assert built - COMPILED <= new.built
            fresh = made(output)
            assert {name: after.get(name) for name in fresh} == fresh
            print(f"  as from nothing: {len(fresh)} files")
        check_root(bench.output / BOARD / "rootfs.cpio", change)
    finally:
        bench.restore()
        done = bench.build()
    show("  undone", done)
    assert (done.built, done.cached) == (built & NOT_CACHED, built - NOT_CACHED)
    assert {name: what for name, what in made(bench.output).items() if name in before} == before


def show(what: str, done: Done) -> None:
    """Print what `docs/reliability.md` has in its table."""
    built, cached = (" + ".join(sorted(steps)) or "nothing" for steps in (done.built, done.cached))
    print(f"{what}: built {built}; from the cache {cached}")


def explain(bench: Workbench, name: str, patterns: tuple[str, ...], change: Change) -> None:
    """Look that `explain=` says in one screen what a step was done for."""
    said = bench.explain(name, change.variables)
    assert len(said.splitlines()) < 24
    reason, _, rest = said.partition("  The next build leaves it as it is")
    assert rest, said
    for pattern in patterns:
        assert re.search(rf"^    +{pattern}", reason, re.MULTILINE), f"{pattern}\n{said}"


def check_root(archive: Path, change: Change) -> None:
    """What the change says of the root must be so: that nothing was built is not enough."""
    with archive.open("rb") as file:
        entries = {entry.name: entry.data for entry in read_newc(file, archive)}
    for path, text in change.root.items():
        assert (path in entries) == (text is not None), path
        assert (text or b"") in entries.get(path, b""), path
    assert (b"asks" in entries["etc/passwd"]) == ("usr/bin/asks" in entries)
