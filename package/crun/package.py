# SPDX-License-Identifier: Apache-2.0
"""Container runtime in C, for bundles of the Open Container Initiative.

As runc, in a tenth of the size. It needs no init of systemd's: cgroups are made in the file system.
"""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.21",
    archive=Archive(
        "debian:pool/main/c/crun/crun_{version}.orig.tar.gz",
        sha256="4bfb700e764a4804a4de3ecf07753f4c391005356d60356df65d80ae0914c486",
    ),
    # The program, its library, and yajl in both.
    license="GPL-2.0-or-later AND LGPL-2.1-or-later AND ISC",
    license_files=["COPYING", "COPYING.libcrun", "libocispec/yajl/COPYING"],
    depends=["argp", "libcap", "libseccomp"],
    build=Autotools(
        options=[
            # yajl's own last version, of 2014, reads and writes beyond its memory; what is in the archive is mended.
            "--enable-embedded-yajl",
            *("--disable-systemd", "--disable-criu", "--disable-shared", "--disable-dl"),
        ],
        # What gperf would make is in the archive. Another version of it would make something else.
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
