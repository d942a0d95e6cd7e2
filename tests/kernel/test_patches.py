# SPDX-License-Identifier: Apache-2.0
"""The kernel patches: fit to be sent upstream, by the kernel's own measure, and for these very versions."""

from __future__ import annotations

import subprocess
from functools import cache, partial
from pathlib import Path

import pytest

from leafroot.app.session import open_session
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import fetch
from leafroot.store.trees import Store, apply_patch

ROOT = Path(__file__).parents[2]
PATCHES = sorted(ROOT.glob("linux/*/patches/*/*.patch"))


@cache
def source(series: str) -> Path:
    """The plain kernel tree of a series."""
    session = open_session(ROOT, {}, board_needed=False)
    store = Store(session.cache / "trees", partial(fetch, cache=session.cache))
    return store.source(session.catalog.series[series].value.source(), [])


def touched(patch: Path) -> list[str]:
    """The files that a patch changes."""
    return [line.split()[1].partition("/")[2] for line in patch.read_text().splitlines() if line.startswith("+++ ")]


def copied(patch: Path, into: Path) -> Path:
    """Those files, and only those, as they are in the plain tree."""
    tree = source(patch.relative_to(ROOT).parts[1])
    for name in touched(patch):
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        if (tree / name).exists():
            (into / name).write_bytes((tree / name).read_bytes())
    return into


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: "-".join(path.relative_to(ROOT).parts[1:4:2]))
def test_checkpatch_finds_nothing(patch: Path) -> None:
    tree = source(patch.relative_to(ROOT).parts[1])
    done = subprocess.run(
        ["perl", "scripts/checkpatch.pl", "--strict", "--no-color", str(patch)],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "total: 0 errors, 0 warnings, 0 checks" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: "-".join(path.relative_to(ROOT).parts[1:4:2]))
def test_it_applies_exactly_and_to_no_other_version(patch: Path, tmp_path: Path) -> None:
    tree = copied(patch, tmp_path / "plain")
    apply_patch(tree, patch)
    with pytest.raises(LeafrootError, match="does not apply exactly"):
        apply_patch(tree, patch)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: "-".join(path.relative_to(ROOT).parts[1:4:2]))
def test_its_header_says_what_it_does_and_who_signs(patch: Path) -> None:
    head = patch.read_text().partition("\n---\n")[0]
    assert "\nSubject: [PATCH" in head
    assert "\nSigned-off-by: " in head
    body = head.partition("\n\n")[2]
    assert len(body.split()) > 80
    assert any(name.startswith("Documentation/") for name in touched(patch))
