# SPDX-License-Identifier: Apache-2.0
"""What counts as a difference, where it began, and which files are the building machine's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from leafroot.archive.pack import pack
from leafroot.errors import LeafrootError
from leafroot.reproduce.comparing import Comparison, Difference, compare
from leafroot.reproduce.place import host_packages
from leafroot.reproduce.reproduction import Condition, compilers, tell_comparison
from leafroot.step import Artefact, Output, Step

ROOT = Path(__file__).parents[2]
MARKS = ("GCC: (Debian 12.2.0-14) 12.2.0", "GCC: (Debian 14.2.0-19) 14.2.0")
OWN = "GCC: (GNU) 14.2.0"
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


def compared(first: Path, second: Path, marks: tuple[str, str] | None = None) -> Comparison:
    return compare(STEPS, ["b/images"], first, second, marks)


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


def test_what_the_hosts_compilers_made_is_left_out(tmp_path: Path) -> None:
    """And nothing else: neither a library of ours, nor what bears the mark in one build alone."""
    one, other = (
        {
            "bin/gcc": f"\x7fELF {own} {mark}".encode(),
            "lib/libgcc.a": f"{OWN} {ours}".encode(),
            "half": f"{mark if number == 1 else OWN} {number}".encode(),
            "scripts/.fixdep.o.cmd": f"/usr/include/{own}.h".encode(),
            "kernel/.fork.o.cmd": f"include/{own}.h".encode(),
        }
        for number, (own, mark, ours) in enumerate(zip("ab", MARKS, "cd", strict=True))
    )
    first, second = lay(tmp_path / "1", one), lay(tmp_path / "2", other)
    assert len({difference.file for difference in compared(first, second).differences}) == 5
    found = compared(first, second, MARKS)
    assert [difference.file for difference in found.differences] == ["half", "kernel/.fork.o.cmd", "lib/libgcc.a"]
    assert found.excused == 2


def test_a_difference_only_in_the_compilers_mark_is_excused(tmp_path: Path) -> None:
    first, second = (lay(tmp_path / mark[-6:], {"bin/gcc": mark.encode()}) for mark in MARKS)
    found = compared(first, second, MARKS)
    assert (found.differences, found.origins, found.excused) == ([], [], 1)


def test_the_marks_come_from_the_compilers_own_words() -> None:
    lines = [mark.replace("GCC: ", "gcc ") for mark in MARKS]
    assert compilers([Condition("compiler of the host", *lines)]) == MARKS
    assert compilers([Condition("compiler of the host", lines[0], lines[0])]) is None


def test_a_root_has_what_bootstrap_asks_for_but_no_emulator() -> None:
    packages = host_packages((ROOT / "bootstrap").read_text())
    assert {"bubblewrap", "gcc", "make", "mtools", "python3-venv", "ca-certificates", "zstd"} <= set(packages)
    assert not [name for name in packages if name.startswith("qemu") or " " in name or not name]
    with pytest.raises(LeafrootError, match="has no table of host packages"):
        host_packages("")
