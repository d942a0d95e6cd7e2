# SPDX-License-Identifier: Apache-2.0
"""What every recipe tells those that read descriptions: where its output goes, and whether it was written correctly.

How each recipe builds a package is told in leafroot/plan/recipes/, one module each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from leafroot.describe.package import Package
    from leafroot.describe.unit import Unit

Place = Literal["root", "loader", "toolchain"]


class Recipe:
    """How a package is built. Recipes are frozen dataclasses of this class.

    `builds` says that there is something to build: such a recipe is a Builder. `serves_host` says whether it can build
    programs for the building machine, for `tools` of other packages. `parts` names the parts of the toolchain, beyond
    the C compiler, that the recipe builds with and whose code ends up in its programs ("go"). `noarch` says that the
    output is the same for every architecture. `takes_words` says that options of the package can add words to it.
    """

    parts: ClassVar[tuple[str, ...]] = ()
    builds: ClassVar[bool] = True
    serves_host: ClassVar[bool] = False
    noarch: ClassVar[bool] = False
    takes_words: ClassVar[bool] = True

    @property
    def place(self) -> Place:
        """Who takes the output: a root, a board's boot loader, or the toolchain."""
        return "root"

    def check(self, unit: Unit[Package]) -> None:
        """Raise a LeafrootError, with the line, if a field does not fit the package's folder or its source."""
