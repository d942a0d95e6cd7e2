# SPDX-License-Identifier: Apache-2.0
"""What every step is done with counts for what it makes, and stands in its description as one number alone.

So a change of the sandbox, of unpacking or of packing is to be seen here, and somebody decides: raise WORKSHOP in
leafroot/step.py if a step could make other bytes now (all is built anew then), and put the new digest here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from leafroot.archive.pack import pack
from leafroot.archive.unpack import unpack
from leafroot.build.sandbox import Binding, Sandbox
from leafroot.plan import step as planned
from leafroot.step import SOURCE_DATE_EPOCH, WORKSHOP, Step
from tests.archive.tar_members import folder, hard, link, member, tar_bytes


def sandbox(scratch: Path) -> object:
    """Its command line, without what a distribution has or has not, and the files that it writes."""
    bindings = [Binding("/build", Path("/b"), writable=True), Binding("/src", Path("/s"))]
    words = Sandbox(scratch, bindings, {"CC": "gcc"}).argv(["make"])
    told = [word.replace(str(scratch), "SCRATCH") for word in words]
    for name in ("alternatives", "ld.so.cache"):
        if f"/etc/{name}" in told:
            at = told.index(f"/etc/{name}")
            del told[at - 1 : at + 2]
    begin = told.index("--tmpfs")
    end = told.index("SCRATCH/etc/passwd") - 1
    assert begin + 2 <= end
    return [
        told[: begin + 2] + told[end:],
        {path.name: path.read_text() for path in sorted((scratch / "etc").iterdir())},
    ]


def packing(scratch: Path) -> object:
    """The tar that is made of a folder."""
    tree = scratch / "tree"
    (tree / "empty").mkdir(parents=True)
    (tree / "run").write_text("#!/bin/sh\n")
    (tree / "run").chmod(0o4711)
    (tree / "doc.la").write_text("x")
    os.link(tree / "run", tree / "same")
    (tree / "led").symlink_to("/anywhere")
    (tree / ("long" * 40)).write_text("y")
    for path in sorted(tree.rglob("*")):
        os.utime(path, (1, 1), follow_symlinks=False)
    pack(tree, scratch / "packed", mtime=SOURCE_DATE_EPOCH, drop=("*.la",))
    with (scratch / "packed").open("rb") as file:
        return hashlib.sha256(zstandard.ZstdDecompressor().stream_reader(file).read()).hexdigest()


def unpacking(scratch: Path) -> object:
    """What becomes of an archive from elsewhere, and of one of ours."""
    late = SOURCE_DATE_EPOCH + 5
    members = (
        folder("a", mode=0o700, mtime=late),
        member("a/run", b"x", mode=0o4711, mtime=late),
        member("a/text", b"y", mode=0o600, mtime=7),
        link("a/led", "text", mtime=late),
        hard("a/same", "a/run"),
    )
    (scratch / "archive").write_bytes(tar_bytes(*members))
    for name, more in (("theirs", {}), ("ours", {"strip": 0, "exact_modes": True})):
        unpack(scratch / "archive", scratch / name, mtime_limit=SOURCE_DATE_EPOCH, **more)  # type: ignore[arg-type]
    found = []
    for name in ("theirs", "ours"):
        for path in sorted((scratch / name).rglob("*")):
            status = path.lstat()
            # Of a folder neither counts: how many links it has is up to the file system.
            more = [] if path.is_dir() else [status.st_nlink > 1, int(status.st_mtime)]
            found.append([str(path.relative_to(scratch)), f"{status.st_mode:o}", *more])
    return found


PINNED: dict[Callable[[Path], object], str] = {
    sandbox: "730ddb97bf6fe8cb",
    packing: "dea0973e70c6f089",
    unpacking: "0596c6a4dbd3d588",
}


@pytest.mark.parametrize("part", PINNED, ids=lambda part: part.__name__)
def test_it_is_what_the_number_stands_for(part: Callable[[Path], object], tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        fact = json.dumps([WORKSHOP, part(tmp_path)], indent=1)
    finally:
        os.umask(mask)
    assert hashlib.sha256(fact.encode()).hexdigest()[:16] == PINNED[part], f"see {__file__}\n{fact}"


def test_another_number_is_another_step(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Step("a step", "made", ()).description
    monkeypatch.setattr(planned, "WORKSHOP", WORKSHOP + 1)
    assert Step("a step", "made", ()).description != first
