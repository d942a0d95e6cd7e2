# SPDX-License-Identifier: Apache-2.0
"""Random configurations of the real tree: a seed means some packages, and values of what can be chosen of them.

`LEAFROOT_SEED=7 pytest ...` draws the configuration of seed 7 again, and those after it. Without it, each run draws
others. The number in a test's name is its seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kconfiglib

from leafroot.describe.arches import ARCHES
from leafroot.describe.bootmode import BOOT_MODES, serves
from leafroot.graph import arches_of
from leafroot.kconfig.generate import symbol
from leafroot.kconfig.resolve import TOOLCHAINS, Request, resolve
from leafroot.units.catalog import Catalog
from tests.small_tree import CHECKOUT

_TEXTS = ("", "a", 'with "quotes"', "/a/path")


def seeds(count: int) -> range:
    """The seeds of a run, which are the same for all its workers."""
    drawn = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID")).randrange(10**9)
    first = int(os.environ.get("LEAFROOT_SEED") or drawn)
    return range(first, first + count)


@dataclass(frozen=True)
class Drawn:
    """The packages that were drawn for a board, and the lines of the configuration that selects them."""

    packages: tuple[str, ...]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def draw(catalog: Catalog, board: str, seed: int, generated: Path, machine: bool = True) -> Drawn:
    """The configuration of a seed for a board; `machine`: the kernel, the boot mode and the toolchain are drawn too.

    The same packages are drawn for all boards, as far as these can have them. Their options are drawn from what Kconfig
    then lets a person set.
    """
    rng = random.Random(seed)
    lines = tuple(_machine(catalog, rng)) if machine else ()
    # Many packages, few, or hardly any.
    share = rng.random() ** 2
    wanted = [name for name in sorted(catalog.packages) if rng.random() < share]
    arches, arch = arches_of(catalog.packages, ARCHES), catalog.boards[board].value.arch
    fragment = generated / f"{board}-{seed}.config"
    fragment.parent.mkdir(parents=True, exist_ok=True)
    fragment.write_text("".join(f"{line}\n" for line in lines))
    kconf = resolve(catalog, CHECKOUT, generated, Request(board, fragments=[fragment])).kconf
    packages = [
        name
        for name in wanted
        if catalog.packages[name].value.build.place == "root"
        and arch in arches[name]
        and kconf.syms[symbol("PACKAGE", name)].visibility
    ]
    for name in packages:
        kconf.syms[symbol("PACKAGE", name)].set_value("y")
    selects = [f"CONFIG_{symbol('PACKAGE', name)}=y" for name in packages]
    return Drawn(tuple(packages), (*lines, *selects, *_options(catalog, kconf, rng)))


def _machine(catalog: Catalog, rng: random.Random) -> Iterator[str]:
    possible = [
        (name, mode.name) for name, unit in catalog.series.items() for mode in BOOT_MODES.values() if serves(unit, mode)
    ]
    series, mode = rng.choice(possible)
    yield f"CONFIG_{symbol('KERNEL', series)}=y"
    yield f"CONFIG_{symbol('BOOT', mode)}=y"
    toolchain = rng.choice(TOOLCHAINS)
    yield f"CONFIG_{symbol('TOOLCHAIN', toolchain)}=y"
    if toolchain == "source" and rng.random() < 0.2:
        yield "CONFIG_TOOLCHAIN_C_ONLY=y"


def _options(catalog: Catalog, kconf: Any, rng: random.Random) -> Iterator[str]:
    """Lines for about half of what can be set; each is set at once, because others may depend on it."""
    packages = {symbol("PACKAGE", name) for name in catalog.packages}
    set_by_us: list[tuple[Any, str]] = []
    choices: set[Any] = set()
    for option in kconf.unique_defined_syms:
        if not option.name.startswith(("PACKAGE_", "ROLE_")) or option.name in packages or not option.visibility:
            continue
        if option.choice in choices or rng.random() < 0.5:
            continue
        if option.choice:
            choices.add(option.choice)
            option = rng.choice([one for one in option.choice.syms if one.visibility])
        value = "y" if option.choice else _value(option, rng)
        option.set_value(value)
        set_by_us.append((option, value))
    # A later one may have hidden it, or selected it: then a person could not set it so either.
    for option, value in set_by_us:
        if option.visibility and option.str_value == value:
            yield option.config_string.rstrip("\n")


def _value(option: Any, rng: random.Random) -> str:
    if option.type == kconfiglib.BOOL:
        return rng.choice(["n", "y"])
    if option.type == kconfiglib.INT:
        least, most = (int(one.str_value) for one in option.ranges[0][:2])
        return str(rng.choice([least, most, rng.randint(least, most)]))
    return rng.choice(_TEXTS)
