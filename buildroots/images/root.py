# SPDX-License-Identifier: Apache-2.0
"""Programs that write file systems: FAT and ext4."""

from leafroot import BuildRoot

root = BuildRoot(packages=["dosfstools", "e2fsprogs", "mtools"], beside=["compile"])
