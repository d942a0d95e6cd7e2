# SPDX-License-Identifier: Apache-2.0
"""Base files of every root: start and stop scripts, the shell's profile."""

from leafroot import Files, Package

package = Package(
    version="1",
    group="system",
    license="Apache-2.0",
    build=Files(),
    depends=["busybox"],
)
