# SPDX-License-Identifier: Apache-2.0
"""Autoconf and its companions, for sources that come without a configure script."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=["autoconf", "autoconf-archive", "automake", "autopoint", "gettext", "libtool", "pkgconf"],
    beside=["compile"],
)
