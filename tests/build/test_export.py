# SPDX-License-Identifier: Apache-2.0
"""Folders that people want: equal to the artefact, whatever was done to them, and untouched when they are."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from leafroot.archive.pack import pack
from leafroot.build.export import export

CONTENT = {"config.txt": "arm_64bit=1\n", "kernel8.img": "kernel", "overlays/one.dtbo": "1", "overlays/two.dtbo": "2"}


class Place:
    """A folder to export to, and what was exported last."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "images/boot"
        self.folder.parent.mkdir()

    def export(self, content: Mapping[str, str] = CONTENT, below: str = "") -> bool:
        tree = self.root / "tree"
        for name, text in content.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text)
        pack(tree, self.root / "artefact.tar.zst", mtime=1_767_225_600)
        shutil.rmtree(tree)
        digest = str(sorted(content.items()))
        return export(self.root / "artefact.tar.zst", digest, self.folder, self.root / "stamps/boot.json", below)

    def found(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.folder)): path.read_text() for path in self.folder.rglob("*") if path.is_file()
        }


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_folder_is_made_and_then_left_alone(place: Place) -> None:
    assert place.export()
    assert place.found() == CONTENT
    before = [(path, path.stat().st_ino, path.stat().st_ctime_ns) for path in sorted(place.folder.rglob("*"))]
    assert not place.export()
    assert before == [(path, path.stat().st_ino, path.stat().st_ctime_ns) for path in sorted(place.folder.rglob("*"))]


def edit(folder: Path) -> None:
    """Another byte, with the size and the time that the file had."""
    file = folder / "config.txt"
    status = file.stat()
    file.write_text("arm_64bit=0\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


HARM: dict[str, Callable[[Path], object]] = {
    "edited": edit,
    "longer": lambda folder: (folder / "kernel8.img").write_text("another kernel"),
    "deleted": lambda folder: (folder / "overlays/one.dtbo").unlink(),
    "added": lambda folder: (folder / "overlays/three.dtbo").write_text("3"),
    "folder added": lambda folder: (folder / "empty").mkdir(),
    "folder deleted": lambda folder: shutil.rmtree(folder / "overlays"),
    "mode": lambda folder: (folder / "config.txt").chmod(0o600),
    "mode of a folder": lambda folder: (folder / "overlays").chmod(0o700),
    "all deleted": shutil.rmtree,
    "a file in its place": lambda folder: (shutil.rmtree(folder), folder.write_text("x")),
    "a link in a file's place": lambda folder: (
        (folder / "kernel8.img").unlink(),
        (folder / "kernel8.img").symlink_to("config.txt"),
    ),
}


@pytest.mark.parametrize("name", HARM)
def test_what_was_done_to_it_is_undone(place: Place, name: str) -> None:
    place.export()
    HARM[name](place.folder)
    assert place.export()
    assert place.found() == CONTENT
    assert (place.folder / "config.txt").stat().st_mode & 0o7777 == 0o644
    assert sorted(path.name for path in place.folder.parent.iterdir()) == ["boot"]
    assert not place.export()


def test_stale_files_leave(place: Place) -> None:
    place.export()
    content = {"config.txt": "arm_64bit=1\n", "overlays/two.dtbo": "2"}
    assert place.export(content)
    assert place.found() == content


def test_the_files_may_lie_below_a_folder(place: Place) -> None:
    place.export()
    assert place.export(below="1234abcd")
    assert place.found() == {f"1234abcd/{name}": text for name, text in CONTENT.items()}
    assert not place.export(below="1234abcd")


def test_what_an_interrupted_run_left_does_no_harm(place: Place) -> None:
    place.export()
    for word in ("new", "old"):
        left = place.folder.parent / f".boot.{word}"
        left.mkdir()
        (left / "half").write_text("x")
    (place.root / "stamps/boot.json").write_text('["half a st')
    assert place.export()
    assert place.found() == CONTENT
    assert sorted(path.name for path in place.folder.parent.iterdir()) == ["boot"]


def test_an_artefact_that_cannot_be_read_leaves_the_folder_as_it_was(place: Place) -> None:
    place.export()
    (place.root / "artefact.tar.zst").write_bytes(b"no archive")
    with pytest.raises(Exception, match="damaged"):
        export(place.root / "artefact.tar.zst", "another", place.folder, place.root / "stamps/boot.json")
    assert place.found() == CONTENT
    assert sorted(path.name for path in place.folder.parent.iterdir()) == ["boot"]


def test_looking_takes_milliseconds(place: Place) -> None:
    content = {f"overlays/{number}.dtbo": "x" for number in range(300)}
    place.export(content)
    arguments = (str(sorted(content.items())), place.folder, place.root / "stamps/boot.json")
    spans = []
    for _ in range(5):
        begun = time.perf_counter()
        assert not export(Path("/nowhere"), *arguments)
        spans.append(time.perf_counter() - begun)
    assert min(spans) < 0.05
