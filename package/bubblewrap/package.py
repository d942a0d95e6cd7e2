# SPDX-License-Identifier: Apache-2.0
"""Runs a program in namespaces of its own, without a daemon and without being root.

It puts the new root in place with pivot_root(2), and has no other way to do so.
"""

from leafroot import Archive, Meson, Package

package = Package(
    version="0.12.0",
    group="containers",
    archive=Archive(
        "debian:pool/main/b/bubblewrap/bubblewrap_{version}.orig.tar.xz",
        sha256="9760d007363e3abba7c747489910f9f82d9fca53ba3bd3282e396fa3c97a3314",
    ),
    license="LGPL-2.0-or-later",
    license_files=["COPYING"],
    depends=["libcap"],
    build=Meson(options=["-Dtests=false", "-Dbash_completion=disabled", "-Dzsh_completion=disabled"]),
    kernel=[
        *("NAMESPACES", "UTS_NS", "IPC_NS", "USER_NS", "PID_NS", "NET_NS"),
        *("PROC_FS", "TMPFS", "UNIX98_PTYS", "INET", "SECCOMP", "SECCOMP_FILTER"),
    ],
)
