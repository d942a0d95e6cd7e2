# SPDX-License-Identifier: Apache-2.0
"""Meson and Ninja."""

from leafroot import BuildRoot

root = BuildRoot(packages=["meson", "ninja-build"], beside=["compile"])
