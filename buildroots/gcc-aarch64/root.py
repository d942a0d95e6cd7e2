# SPDX-License-Identifier: Apache-2.0
"""Debian's GCC for aarch64, for TOOLCHAIN=debian."""

from leafroot import BuildRoot

root = BuildRoot(packages=["g++-14-aarch64-linux-gnu", "gcc-14-aarch64-linux-gnu"], beside=["compile"])
