# SPDX-License-Identifier: Apache-2.0
"""A program that is linked with liba if a person wants that."""

from leafroot import Make, Option, Package

package = Package(
    version="1",
    license="MIT",
    options=[Option("a", "With A", on=["DEFS=-DWITH_A", "LIBS=-la"], depends=["liba"])],
    build=Make(),
)
