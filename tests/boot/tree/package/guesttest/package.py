# SPDX-License-Identifier: Apache-2.0
"""What the boot tests try in the guest beside rootcheck: C++ at run time, and 'umount -a'."""

from leafroot import Make, Package

package = Package(
    version="1",
    license="Apache-2.0",
    build=Make(),
    languages=["c++"],
    depends=["busybox"],
)
