# SPDX-License-Identifier: Apache-2.0
"""The architectures: each module of this folder sets one value, `arch`. No other code names an architecture."""

from importlib import import_module
from pkgutil import iter_modules

from leafroot.describe.arch import Arch

_FOUND: list[Arch] = [import_module(f"{__name__}.{module.name}").arch for module in iter_modules(__path__)]

ARCHES: dict[str, Arch] = {arch.name: arch for arch in _FOUND}
