# SPDX-License-Identifier: Apache-2.0
"""Applies patches to an unpacked tree, with GNU patch: exactly, or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from leafroot.describe.patch import (
    LARGEST,
    Patch,
    check_patch,
    has_crlf,
    named_files,
    read_patch,
    read_series,
    with_ends_of_content,
)
from leafroot.errors import LeafrootError, printable
from leafroot.files import read_file
from leafroot.host.bubblewrap import alone_with, check_bubblewrap
from leafroot.host.run import capture
from leafroot.step import SOURCE_DATE_EPOCH

# No question is asked (-f): its answer would depend on whether there is a terminal.
_PATCH = ("patch", "-f", "-F0", "--no-backup-if-mismatch")
# The paths of a patch may have so many leading folders more than the source.
_MOST_STRIPPED = 5
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
_PATCHED = re.compile(r"^patching (?:file|symbolic link) '?([^'\n]+?)'?(?: \(.*\))?$", re.MULTILINE)


def apply_patch(tree: Path, patch: Patch, usr: Path, *, exactly: bool = True) -> None:
    """Apply a patch; refuse one that needs fuzz, and with `exactly` also one that applies at an offset.

    Debian's own rules allow an offset. patch(1) is that of `usr`, the /usr of a build root.
    """
    check_bubblewrap()
    data = read_file(Path(patch.path), patch.path, LARGEST)
    text = read_patch(data, patch.path)
    check_patch(text, patch.strip, patch.path)
    argv = [*_PATCH, f"-p{patch.strip}", "-d", "/tree", "-i", "/patch"]
    if has_crlf(text):
        with _at_hand(patch, data, text) as file:
            _, output = capture([*alone_with(usr, "/patch", file, tree, "/tree"), *argv, "--dry-run"], env=_ENVIRONMENT)
        # Such a patch is one of a source with such lines, or it was converted on its way.
        if "different line endings" in output:
            text = with_ends_of_content(text)
    with _at_hand(patch, data, text) as file:
        run = alone_with(usr, "/patch", file, tree, "/tree")
        status, output = capture([*run, *argv], env=_ENVIRONMENT)
        refused = r"\(offset -?\d+ lines?\)|with fuzz" if exactly else r"with fuzz"
        if status != 0 or re.search(refused, output):
            raise _refusal(patch, run, argv, output, text, tree)
    if has_crlf(text):
        print(f"leafroot: {patch.path}: its lines end in CR and LF; it was applied as if they ended in LF", flush=True)
    for name in _PATCHED.findall(output):
        if os.path.lexists(changed := tree / name):
            os.utime(changed, (SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH), follow_symlinks=False)


@contextmanager
def _at_hand(patch: Patch, data: bytes, text: bytes) -> Iterator[Path]:
    """A file with the text of a patch: its own, or a temporary one if the text is not what its file has."""
    with tempfile.NamedTemporaryFile(prefix="leafroot-", suffix=".patch") as plain:
        if text == data:
            yield Path(patch.path)
            return
        plain.write(text)
        plain.flush()
        yield Path(plain.name)


def _refusal(
    patch: Patch, run: Sequence[str], argv: Sequence[str], output: str, text: bytes, tree: Path
) -> LeafrootError:
    # Whether the opposite of the patch fits: then the source has the change.
    status, _ = capture([*run, argv[0], "-R", "--dry-run", *argv[1:]], env=_ENVIRONMENT)
    if status == 0 and "FAILED" in output:
        return LeafrootError(
            "the source has this change already",
            patch.path,
            "Delete the patch: this version of the source does not need it.",
        )
    hint = "Refresh it for this version of the source."
    if "different line endings" in output:
        hint = "Its line ends differ from those of the source (LF, or CR and LF). Make the patch anew from that source."
    elif "can't find file to patch" in output:
        hint = _where_the_files_are(patch, text, tree) or hint
    return LeafrootError(f"the patch does not apply exactly:\n{output.strip()}", patch.path, hint)


def _where_the_files_are(patch: Patch, text: bytes, tree: Path) -> str:
    """What to do about a patch of files that the source does not have: perhaps other folders are to be stripped."""
    files = named_files(text)

    def is_there(name: bytes, strip: int) -> bool:
        parts = [part for part in name.split(b"/") if part]
        return len(parts) > strip and tree.joinpath(*map(os.fsdecode, parts[strip:])).is_file()

    lost = [names[-1] for names in files if names and not any(is_there(name, patch.strip) for name in names)]
    if files and not lost:
        return "A file name with a space in it must end with a tab, or needs a line 'diff --git' before it."
    for strip in range(_MOST_STRIPPED):
        if all(any(is_there(name, strip) for name in names) for names in files if names):
            return (
                f"Its paths are those of the source with -p{strip}, and not with -p{patch.strip}. "
                f"Name it in a file 'series' beside it: {Path(patch.path).name} -p{strip}"
            )
    shown = ", ".join(printable(os.fsdecode(name), 80) for name in lost[:3])
    return f"The source has no such file: {shown}. Make the patch anew for this version of the source." if lost else ""


def debian_series(tree: Path, name: str) -> Iterator[Patch]:
    """The patches of an unpacked debian.tar.xz, in the order of its series file (quilt(1))."""
    folder = tree / "debian" / "patches"
    series = folder / "series"
    if not series.is_file() or not series.resolve().is_relative_to(tree.resolve()):
        raise LeafrootError(
            "has no debian/patches/series",
            where=name,
            hint="debian= of a package is the debian.tar.xz of a Debian source package that has patches.",
        )
    text = series.read_text(errors="replace")
    for line, patch in read_series(text, f"{name}: debian/patches/series"):
        file = folder / patch.path
        if not file.is_file() or not file.resolve().is_relative_to(tree.resolve()):
            raise LeafrootError(f"there is no patch {patch.path!r}", f"{name}: debian/patches/series:{line}")
        yield Patch(str(file), patch.strip)


def tell_backups(patches: Sequence[Patch]) -> None:
    """Say which files beside the patches are the backups of an editor: they are never applied."""
    for folder in sorted({Path(patch.path).parent for patch in patches}):
        for entry in sorted(folder.iterdir()):
            if entry.name.endswith(("~", ".swp")) or entry.name.startswith((".#", "#")):
                print(f"leafroot: {entry}: the backup of an editor is not applied", flush=True)
