# SPDX-License-Identifier: Apache-2.0
"""Debian's GCC for x86_64, for TOOLCHAIN=debian."""

from leafroot import BuildRoot

root = BuildRoot(packages=["g++-14-x86-64-linux-gnu", "gcc-14-x86-64-linux-gnu"], beside=["compile"])
