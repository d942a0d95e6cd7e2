# SPDX-License-Identifier: Apache-2.0
"""A build machine for plans that are only compared: its build roots have no packages but Debian's compilers."""

from __future__ import annotations

from leafroot.describe.arches import ARCHES
from leafroot.describe.build_root import BuildRoot
from leafroot.describe.unit import Unit
from leafroot.plan.build_machine import Machine
from leafroot.units.lock import pinned

GCC = "14.2.0-19"


def _root(name: str, *packages: str) -> Unit[BuildRoot]:
    locked = tuple(pinned(one, GCC, f"pool/{one}_{GCC}_amd64.deb", "0" * 64) for one in packages)
    value = BuildRoot(packages=[name])
    files = ("root.py", "x86_64.lock")
    return Unit(name, f"buildroots/{name}", f"{name}.", value, files, description="root.py", locked=locked)


ROOTS = {name: _root(name) for name in ("autotools", "cmake", "compile", "generators", "images", "meson", "python")}
for _arch in ARCHES.values():
    _name = f"gcc-{_arch.name}"
    ROOTS[_name] = _root(_name, f"gcc-14-{_arch.debian_tuple.replace('_', '-')}")

MACHINE = Machine("x86_64", ROOTS, "GCC 12.2.0, 0123456789abcdef")
