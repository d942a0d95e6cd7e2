# SPDX-License-Identifier: Apache-2.0
"""What steps compile with: a shell and its tools, make, perl, Python, and GCC for the build machine."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=[
        *("bash", "coreutils", "dash", "diffutils", "file", "findutils", "gawk", "grep", "sed", "tar"),
        *("bzip2", "cpio", "gzip", "xz-utils", "zstd"),
        *("make", "patch", "perl", "python3", "rsync"),
        *("binutils", "g++-14", "gcc-14", "libc6-dev", "pkgconf"),
        *("bc", "bison", "flex", "kmod", "m4"),
        *("libelf-dev", "libssl-dev"),
    ],
    # Libraries of sanitizers, with which no step compiles.
    leave_out=["libasan8", "libhwasan0", "liblsan0", "libtsan2", "libubsan1"],
    links={
        "usr/bin/awk": "gawk",
        "usr/bin/c++": "g++-14",
        "usr/bin/cc": "gcc-14",
        "usr/bin/cpp": "cpp-14",
        "usr/bin/g++": "g++-14",
        "usr/bin/gcc": "gcc-14",
        "usr/bin/gcc-ar": "gcc-ar-14",
        "usr/bin/gcc-nm": "gcc-nm-14",
        "usr/bin/gcc-ranlib": "gcc-ranlib-14",
        "usr/bin/yacc": "bison.yacc",
    },
)
