# SPDX-License-Identifier: Apache-2.0
"""What there is to choose: boards, series, packages and boot modes; and packages that a word leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from leafroot.build.owners import packages_with
from leafroot.describe.arches import ARCHES
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.package import GROUPS, Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.graph import always_selected, arches_of
from leafroot.host.progress import size
from leafroot.kconfig.defconfig import configurations
from leafroot.record.seen import TEST, Seen, still_true
from leafroot.units.catalog import Catalog

_PAGE = """\
<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Made by 'scons list FORMAT=markdown'; not for editing. -->
# Packages

These are the {count} packages that a root can have, in the groups of the menu. `scons list FIND=WORD` looks for one.
[Add a package](add-a-package.md) says how to write another, and how `test.sh` says what a package must do in a booted
system. "Needs" are the packages that come with one whatever its options are.

"Size" is what the files of the package take in a root, with the options as they are by default, in the first
architecture of the last column. That column says when the package last passed its test in a booted system, in the
version that it has now. `pytest -m packages` writes both into [packages.tsv](packages.tsv), with the kernel and the
boot mode. Container runtimes ([Containers](containers.md) says what was seen of them) and firmware of the Raspberry Pi
have no `test.sh`. How much each package takes in a root of yours is listed by

```sh
scons BOARD=qemu_x86_64 output/qemu_x86_64/sizes.txt
```

Packages are chosen in `menuconfig`, or by name:

```sh
scons BOARD=qemu_x86_64 PACKAGES=curl,tmux
```

`PACKAGES=all` chooses every package that the board can have. What it cannot have is left out, and named with the
reason. A file of `CONFIG=` can switch some of them off again (`# CONFIG_PACKAGE_DOCKER is not set`), and set options. A
QEMU board gets 2 GiB of memory for all of them, and a Raspberry Pi has what it has: an image that does not fit is
refused.
"""


def listing(catalog: Catalog) -> str:
    """Boards, their further configurations, kernel series, boot modes, and packages by group, a line each."""
    kinds = {
        "Boards": _summaries(catalog.boards),
        "More configurations of boards": configurations(catalog),
        "Kernel series": _summaries(catalog.series),
        "Boot modes": {mode.name: mode.summary for mode in BOOT_MODES.values()},
    }
    for group, title in GROUPS.items():
        kinds[f"Packages: {title}"] = _summaries(
            {
                name: unit
                for name, unit in catalog.packages.items()
                if unit.value.group == group and unit.value.build.place == "root"
            }
        )
    kinds["Packages that others use: parts of the toolchain, boot firmware"] = _summaries(
        {name: unit for name, unit in catalog.packages.items() if unit.value.build.place != "root"}
    )
    return _table(kinds)


def matching(catalog: Catalog, word: str, built: Iterable[Path]) -> str:
    """The packages whose name or summary has the word, and those that install a file with it in its name.

    Files are known of packages that were built: `built` are the folders of artefacts. Raises LeafrootError if the word
    leads nowhere.
    """
    small = word.lower()
    named = {
        name: f"{unit.summary} ({GROUPS[unit.value.group]})"
        for name, unit in catalog.packages.items()
        if small in name or small in unit.summary.lower()
    }
    files = {name: ", ".join(paths) for name, paths in packages_with(word, built).items() if name in catalog.packages}
    if not named and not files:
        raise LeafrootError(
            f"no package has {word!r} in its name, its summary, or the name of a file that it installs",
            f"FIND={word}",
            nearest(word, catalog.packages) or "Files are known of those packages that were built in this OUTPUT.",
        )
    kinds = {f"Packages with {word!r} in name or summary": named, f"Packages that install {word!r}": files}
    return _table({heading: names for heading, names in kinds.items() if names})


def packages_page(catalog: Catalog, seen: Iterable[Seen]) -> str:
    """docs/packages.md: tables in Markdown of the packages that a root can have, by group; `seen` is the record."""
    arches = arches_of(catalog.packages, ARCHES)
    true = still_true(seen, {name: unit.value.version for name, unit in catalog.packages.items()})
    found = {name: unit for name, unit in catalog.packages.items() if unit.value.build.place == "root"}
    lines = [_PAGE.format(count=len(found)).rstrip()]
    for group, title in GROUPS.items():
        rows = [
            _row(unit, arches[name], true.get(name, {}))
            for name, unit in sorted(found.items())
            if unit.value.group == group
        ]
        if rows:
            heads = (
                *("package", "version", "what it is", "licence", "architectures", "options", "needs"),
                *("size", "last seen to pass"),
            )
            lines += [f"\n## {title}\n", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows]
    return "\n".join(lines)


def _row(unit: Unit[Package], arches: frozenset[str], seen: Mapping[str, Seen]) -> str:
    package = unit.value
    named = "all" if arches == frozenset(ARCHES) else ", ".join(sorted(arches))
    passed = [seen[name] for name in ARCHES if name in seen]
    options = ", ".join(f"`{option.name}`" for option in package.options)
    needs = ", ".join(sorted(always_selected(package)))
    last = ", ".join(f"{one.arch} {one.date}" for one in passed)
    cells = (
        *(f"`{unit.name}`", package.version, unit.summary, package.license, named, options, needs),
        *(size(passed[0].size) if passed else "", last or ("not seen" if TEST in unit.files else f"no `{TEST}`")),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _table(kinds: Mapping[str, Mapping[str, str]]) -> str:
    width = max(len(name) for names in kinds.values() for name in names)
    lines: list[str] = []
    for heading, names in kinds.items():
        if names:
            lines += [heading, *(f"  {name:<{width}}  {summary}" for name, summary in sorted(names.items()))]
    return "\n".join(lines)


def _summaries(units: Mapping[str, Unit[Any]]) -> dict[str, str]:
    return {name: unit.summary for name, unit in units.items()}
