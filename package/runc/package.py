# SPDX-License-Identifier: Apache-2.0
"""Container runtime in Go, for bundles of the Open Container Initiative.

containerd and Docker run their containers with it.
"""

from leafroot import Archive, Go, Package

package = Package(
    version="1.1.15",
    group="containers",
    archive=Archive(
        "debian:pool/main/r/runc/runc_{version}+ds1.orig.tar.xz",
        sha256="d557179f18a5d515ffc5b8ed1a7113af4619a1041c27408a2f83c1ece4d4d426",
    ),
    debian=Archive(
        "debian:pool/main/r/runc/runc_{version}+ds1-2.debian.tar.xz",
        sha256="9fff6ddf9644349f130aabc71b1c8f1630bd464d0e320af0f8777913e28aaa39",
    ),
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    depends=["libseccomp"],
    build=Go(
        paths={"": "github.com/opencontainers/runc"},
        programs={"github.com/opencontainers/runc": "usr/bin/runc"},
        modules=["src:runc"],
        tags=["seccomp", "urfave_cli_no_docs"],
        variables={"main.version": "{version}"},
    ),
    kernel=[
        *("NAMESPACES", "UTS_NS", "IPC_NS", "USER_NS", "PID_NS", "NET_NS", "KEYS"),
        *("CGROUPS", "MEMCG", "CGROUP_PIDS", "CGROUP_FREEZER", "CGROUP_CPUACCT", "CGROUP_SCHED", "CPUSETS"),
        *("FAIR_GROUP_SCHED", "CFS_BANDWIDTH", "CGROUP_BPF", "BPF_SYSCALL", "CGROUP_DEVICE"),
        *("SECCOMP", "SECCOMP_FILTER", "PROC_FS", "SYSFS", "TMPFS", "OVERLAY_FS", "POSIX_MQUEUE", "UNIX98_PTYS"),
        *("MEMFD_CREATE", "INET", "EPOLL", "UNIX"),
    ],
)
