# SPDX-License-Identifier: Apache-2.0
"""Container runtime in C, for bundles of the Open Container Initiative.

It does the work of runc in a tenth of the size. It does not need systemd: it creates cgroups in the file system.
"""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.21",
    group="containers",
    archive=Archive(
        "debian:pool/main/c/crun/crun_{version}.orig.tar.gz",
        sha256="4bfb700e764a4804a4de3ecf07753f4c391005356d60356df65d80ae0914c486",
    ),
    # The licences of the program, of its library, and of yajl, which is in both.
    license="GPL-2.0-or-later AND LGPL-2.1-or-later AND ISC",
    license_files=["COPYING", "COPYING.libcrun", "libocispec/yajl/COPYING"],
    depends=["argp", "libcap", "libseccomp"],
    build=Autotools(
        options=[
            # yajl's last release, of 2014, reads and writes out of bounds; the copy in this archive is fixed.
            "--enable-embedded-yajl",
            *("--disable-systemd", "--disable-criu", "--disable-shared", "--disable-dl"),
        ],
        # The archive has what gperf generates; another version of gperf would generate something else.
        env={"GPERF": "false"},
    ),
    kernel=[
        *("NAMESPACES", "UTS_NS", "IPC_NS", "USER_NS", "PID_NS", "NET_NS", "KEYS"),
        *("CGROUPS", "MEMCG", "CGROUP_PIDS", "CGROUP_FREEZER", "CGROUP_CPUACCT", "CGROUP_SCHED", "CPUSETS"),
        *("CGROUP_BPF", "BPF_SYSCALL", "CGROUP_DEVICE"),
        *("SECCOMP", "SECCOMP_FILTER", "PROC_FS", "SYSFS", "TMPFS", "OVERLAY_FS", "POSIX_MQUEUE", "UNIX98_PTYS"),
        *("MEMFD_CREATE", "INET"),
    ],
)
