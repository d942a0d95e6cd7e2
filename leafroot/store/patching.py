# SPDX-License-Identifier: Apache-2.0
"""Applies patches to an unpacked tree, with GNU patch: exactly, or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from leafroot.describe.patch import LARGEST, Patch, check_patch, has_crlf, read_patch, read_series
from leafroot.errors import LeafrootError
from leafroot.files import read_file
from leafroot.host.bubblewrap import alone_with, check_bubblewrap
from leafroot.host.run import capture
from leafroot.step import SOURCE_DATE_EPOCH

# No question is asked (-f): its answer would depend on whether there is a terminal.
_PATCH = ("patch", "-f", "-F0", "--no-backup-if-mismatch")
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
    with tempfile.NamedTemporaryFile(prefix="leafroot-", suffix=".patch") as plain:
        file = Path(patch.path)
        if text is not data:
            plain.write(text)
            plain.flush()
            file = Path(plain.name)
        run = alone_with(usr, "/patch", file, tree, "/tree")
        argv = [*_PATCH, f"-p{patch.strip}", "-d", "/tree", "-i", "/patch"]
        status, output = capture([*run, *argv], env=_ENVIRONMENT)
        refused = r"\(offset -?\d+ lines?\)|with fuzz" if exactly else r"with fuzz"
        if status != 0 or re.search(refused, output):
            raise _refusal(patch, run, argv, output, text)
    if has_crlf(text):
        print(f"leafroot: {patch.path}: its lines end in CR and LF; it was applied as if they ended in LF", flush=True)
    for name in _PATCHED.findall(output):
        if os.path.lexists(changed := tree / name):
            os.utime(changed, (SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH), follow_symlinks=False)


def _refusal(patch: Patch, run: Sequence[str], argv: Sequence[str], output: str, text: bytes) -> LeafrootError:
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
        ends = "CR and LF" if has_crlf(text) else "LF"
        hint = f"The lines of the patch end in {ends}, and those of the source do not. Make it anew from that source."
    return LeafrootError(f"the patch does not apply exactly:\n{output.strip()}", patch.path, hint)


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
