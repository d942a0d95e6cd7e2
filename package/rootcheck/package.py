# SPDX-License-Identifier: Apache-2.0
"""Checks in the guest that pivot_root(2) can leave the root.

Prints TAP; `boot-test` reads it.
"""

from leafroot import Make, Package

package = Package(
    version="1",
    group="debugging",
    license="Apache-2.0",
    build=Make(),
    kernel=["NAMESPACES", "USER_NS", "PROC_FS"],
)
