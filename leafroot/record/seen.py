# SPDX-License-Identifier: Apache-2.0
"""What was seen of packages in booted systems: docs/packages.tsv, which the tests of packages write.

A line is for one package on one architecture. It counts as long as the package has the version of the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.files import read_text, write_text

TEST = "test.sh"
"""What a package must do in a booted system: a shell script in the package's folder."""
FILE = "docs/packages.tsv"
_HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# Written by 'pytest -m packages'; not for editing. Sizes are in bytes.
"""


@dataclass(frozen=True, order=True)
class Seen:
    """That a package did its work in a booted system; `size` is what its files take in the root, in bytes.

    `date` is the day, as in 2026-11-30, `kernel` the version of Linux.
    """

    package: str
    arch: str
    version: str
    size: int
    date: str
    kernel: str
    mode: str


_COLUMNS = tuple(one.name for one in fields(Seen))


def read_seen(checkout: Path) -> tuple[Seen, ...]:
    """The lines of the record, sorted; none if there is no record."""
    file = checkout / FILE
    if not file.exists():
        return ()
    found = []
    for number, line in enumerate(read_text(file, FILE).splitlines(), 1):
        cells = line.split("\t")
        if line.startswith("#") or tuple(cells) == _COLUMNS:
            continue
        if len(cells) != len(_COLUMNS) or not cells[3].isdecimal():
            raise LeafrootError(
                f"this is not a line of {len(_COLUMNS)} columns with a size in the fourth",
                f"{FILE}:{number}",
                "Remove it: 'pytest -m packages' writes it again.",
            )
        package, arch, version, size, *rest = cells
        found.append(Seen(package, arch, version, int(size), *rest))
    return tuple(sorted(found))


def write_seen(checkout: Path, passed: Iterable[Seen], failed: Iterable[str], arch: str) -> None:
    """Put lines for packages that passed into the record, and take those for `failed` of this architecture out."""
    gone = {(name, arch) for name in failed}
    lines = {(one.package, one.arch): one for one in (*read_seen(checkout), *passed)}
    kept = sorted(one for key, one in lines.items() if key not in gone)
    rows = [_COLUMNS, *(tuple(map(str, astuple(one))) for one in kept)]
    write_text(checkout / FILE, _HEADER + "".join("\t".join(row) + "\n" for row in rows))


def still_true(seen: Iterable[Seen], versions: Mapping[str, str]) -> dict[str, dict[str, Seen]]:
    """What counts, by package and architecture: lines for the versions that the packages have now."""
    found: dict[str, dict[str, Seen]] = {}
    for one in seen:
        if versions.get(one.package) == one.version:
            found.setdefault(one.package, {})[one.arch] = one
    return found
