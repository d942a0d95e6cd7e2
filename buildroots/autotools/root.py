# SPDX-License-Identifier: Apache-2.0
"""Autoconf and its companions, for sources that come without a configure script."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=["autoconf", "autoconf-archive", "automake", "autopoint", "gettext", "libltdl-dev", "libtool", "pkgconf"],
    beside=["compile"],
    # libtool depends on a compiler, which `compile` has under another name.
    leave_out=[
        "cpp",
        "cpp-x86-64-linux-gnu",
        "cpp-aarch64-linux-gnu",
        "gcc",
        "gcc-x86-64-linux-gnu",
        "gcc-aarch64-linux-gnu",
    ],
    links={"usr/bin/aclocal": "aclocal-1.17", "usr/bin/automake": "automake-1.17"},
)
