# SPDX-License-Identifier: Apache-2.0
"""A program that is built with another package, and has a user of its own."""

from leafroot import Account, Make, Package

package = Package(
    version="1",
    license="Apache-2.0",
    build=Make(),
    depends=["argp"],
    accounts=[Account("asks", 301)],
)
