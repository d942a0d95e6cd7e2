# SPDX-License-Identifier: Apache-2.0
"""A build machine for plans that are only compared: its build roots have no packages."""

from __future__ import annotations

from leafroot.describe.build_root import BuildRoot
from leafroot.describe.unit import Unit
from leafroot.plan.build_machine import Machine

ROOTS = {
    name: Unit(name, f"buildroots/{name}", f"{name}.", BuildRoot(packages=[name]), ("root.py",), description="root.py")
    for name in ("compile", "images", "meson")
}

MACHINE = Machine("x86_64", ROOTS, "GCC 12.2.0, 0123456789abcdef")
