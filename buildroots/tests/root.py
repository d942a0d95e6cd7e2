# SPDX-License-Identifier: Apache-2.0
"""Programs that Leafroot's own tests compare with."""

from leafroot import BuildRoot

root = BuildRoot(packages=["libarchive-tools", "openssl"], beside=["compile", "images", "meson"])
