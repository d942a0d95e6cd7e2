# SPDX-License-Identifier: Apache-2.0
"""Debian's GCC for arm, for TOOLCHAIN=debian."""

from leafroot import BuildRoot

root = BuildRoot(packages=["g++-14-arm-linux-gnueabihf", "gcc-14-arm-linux-gnueabihf"], beside=["compile"])
