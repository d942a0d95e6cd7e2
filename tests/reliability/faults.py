# SPDX-License-Identifier: Apache-2.0
"""Faults in a cache and an output folder: what they do to a file, where they do it, and what people are to be told."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from building import Place


def flip_bit(path: Path, rng: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def cut_off(path: Path, rng: random.Random) -> None:
    os.truncate(path, rng.randrange(path.stat().st_size))


def delete(path: Path, rng: random.Random) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def forbid(path: Path, rng: random.Random) -> None:
    path.chmod(0)


HOWS: dict[str, Callable[[Path, random.Random], None]] = {
    "a flipped bit": flip_bit,
    "cut off": cut_off,
    "deleted": delete,
    "mode 000": forbid,
}


@dataclass(frozen=True)
class Where:
    """A kind of file: the paths of it, what is taken away so that it is needed, and what is said of a rotten one.

    `said_deleted` is whether its being deleted is worth a word.
    """

    find: Callable[[Place], list[Path]]
    need: tuple[str, ...]
    said: str
    said_deleted: bool = False


def below(pattern: str) -> Callable[[Place], list[Path]]:
    return lambda place: sorted(path for path in place.folder.glob(pattern) if path.is_file() and path.stat().st_size)


def _unpacked(place: Place) -> list[Path]:
    """Files of unpacked archives. A patched tree shares them with the plain one, and both are looked at."""
    return below("cache/trees/*/*/more/*")(place)


def _in_a_build_root(place: Place) -> list[Path]:
    """Programs of build roots, and not of other trees with this folder at their top."""
    return [path for path in below("cache/trees/*/*/bin/*")(place) if path.with_name("dash").exists()]


WHERES = {
    "download": Where(below("cache/dl/*.tar.gz"), ("output", "cache/artefacts", "cache/trees"), "; fetching it again"),
    "Debian package": Where(
        below("cache/dl/*.deb"), ("output", "cache/artefacts", "cache/trees"), "; fetching it again"
    ),
    "artefact": Where(below("cache/artefacts/*/*"), ("output",), "; it is made again"),
    "unpacked tree": Where(
        _unpacked, ("output", "cache/artefacts"), "was changed after it was unpacked; unpacking it again", True
    ),
    "build root": Where(
        _in_a_build_root,
        ("output", "cache/artefacts"),
        "was changed after it was unpacked; unpacking it again",
        True,
    ),
    "output": Where(
        lambda place: [path for path in place.outputs() if path.stat().st_size],
        (),
        "changed since the last finished run",
    ),
    "SCons's database": Where(below("output/.sconsign"), (), "the record of what was built is damaged"),
}


def injure(place: Place, where: Where, how: str, rng: random.Random) -> Path:
    """Do one fault to one file of its kind, and take away what would let a build do without that file."""
    victim = rng.choice(where.find(place))
    HOWS[how](victim, rng)
    for name in where.need:
        shutil.rmtree(place.folder / name)
    return victim
