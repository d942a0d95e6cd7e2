# SPDX-License-Identifier: Apache-2.0
"""What counts as a difference, and where it began."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from leafroot.archive.pack import pack
from leafroot.errors import LeafrootError
from leafroot.reproduce.comparing import Comparison, Difference, compare
from leafroot.reproduce.reproduction import tell_comparison
from leafroot.step import Artefact, Output, Step

GCC, LIBRARY = Output("t/gcc.tar.zst"), Output("t/lib.tar.zst")
STEPS = (
    Step("compiler", GCC, ()),
    Step("library", LIBRARY, (Artefact("/gcc", GCC),)),
    Step("image", Output("b/images/image"), (Artefact("/lib", LIBRARY),)),
)


def lay(output: Path, files: Mapping[str, bytes], image: bytes = b"image", mode: int = 0o644) -> Path:
    """The outputs of the three steps; `files` are in the compiler's."""
    for number, content in enumerate((files, {"usr/lib/libx.a": b"x"})):
        tree = output / f"tree{number}"
        for name, data in {"empty": b"", **content}.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(data)
            (tree / name).chmod(mode)
        pack(tree, output / STEPS[number].output.path, mtime=0)
    (output / "b/images").mkdir(parents=True)
    (output / "b/images/image").write_bytes(image)
    return output


def compared(first: Path, second: Path) -> Comparison:
    return compare(STEPS, ["b/images"], first, second)


def test_equal_outputs_have_no_difference(tmp_path: Path) -> None:
    found = compared(lay(tmp_path / "1", {}), lay(tmp_path / "2", {}))
    assert (found.images, found.artefacts, found.differences) == (1, 3, [])
    assert "reproduce: the same bytes" in tell_comparison(found, (1.0, 2.0))


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ({"a": b"1"}, {"a": b"2"}, "other bytes of the same size"),
        ({"a": b"1"}, {"a": b"22"}, "size 1 and 2"),
        ({"a": b"1"}, {}, "only in the first build"),
        ({}, {"a": b"1"}, "only in the second build"),
    ],
    ids=["bytes", "size", "first", "second"],
)
def test_a_difference_in_a_file_of_an_artefact_is_named(
    tmp_path: Path, one: dict[str, bytes], other: dict[str, bytes], how: str
) -> None:
    found = compared(lay(tmp_path / "1", one), lay(tmp_path / "2", other))
    assert found.differences == [Difference("compiler", "t/gcc.tar.zst", "a", how)]
    assert found.origins == ["t/gcc.tar.zst"]


def test_a_difference_in_a_files_mode_is_named(tmp_path: Path) -> None:
    found = compared(lay(tmp_path / "1", {}), lay(tmp_path / "2", {}, mode=0o600))
    assert {one.how for one in found.differences} == {"mode 0644 and 0600"}


def test_a_difference_that_only_follows_is_not_an_origin(tmp_path: Path) -> None:
    first, second = lay(tmp_path / "1", {"a": b"1"}), lay(tmp_path / "2", {"a": b"2"}, image=b"other")
    (second / "t/lib.tar.zst").write_bytes((second / "t/gcc.tar.zst").read_bytes())
    found = compared(first, second)
    assert found.origins == ["t/gcc.tar.zst"]
    assert "made from these, and so different too: t/lib.tar.zst, b/images/image" in tell_comparison(found, (1, 2))


def test_a_file_in_one_exported_folder_only_is_named(tmp_path: Path) -> None:
    first, second = lay(tmp_path / "1", {}), lay(tmp_path / "2", {})
    (first / "b/images/boot").mkdir()
    (first / "b/images/boot/config.txt").write_text("x")
    found = compared(first, second)
    assert found.differences == [
        Difference("b/images: exported", "b/images/boot/config.txt", "", "only in the first build")
    ]


def test_an_output_that_neither_build_made_is_an_error(tmp_path: Path) -> None:
    first, second = lay(tmp_path / "1", {}), lay(tmp_path / "2", {})
    for output in (first, second):
        (output / "t/lib.tar.zst").unlink()
    with pytest.raises(LeafrootError, match=r"^t/lib\.tar\.zst: neither build made it"):
        compared(first, second)
