# SPDX-License-Identifier: Apache-2.0
"""Autoconf and its companions, for sources that come without a configure script."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=["autoconf", "autoconf-archive", "automake", "autopoint", "gettext", "libtool", "pkgconf"],
    beside=["compile"],
    # "compile" has a /usr/bin/cpp: a link to that of its own GCC.
    leave_out=["cpp", "cpp-aarch64-linux-gnu", "cpp-x86-64-linux-gnu"],
    # Debian names them by their version, and makes these links when it installs them.
    links={"usr/bin/aclocal": "aclocal-1.17", "usr/bin/automake": "automake-1.17"},
)
