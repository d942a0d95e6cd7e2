# SPDX-License-Identifier: Apache-2.0
"""CMake."""

from leafroot import BuildRoot

root = BuildRoot(packages=["cmake"], beside=["compile"])
