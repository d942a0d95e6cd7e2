# SPDX-License-Identifier: Apache-2.0
"""Runs containers with networks, volumes and restart policies: dockerd and its client, docker.

If this package is in the root, the system starts dockerd, with the system's containerd. It keeps everything in RAM,
below /var/lib/docker. Swarms have no overlay networks, because the kernel has neither VXLAN nor IPVS.
"""

from leafroot import Archive, Go, Package

POOL = "debian:pool/main/d/docker.io/docker.io"
ENGINE = "github.com/docker/docker"
CLI = "github.com/docker/cli"

package = Package(
    version="26.1.5",
    group="containers",
    archive=Archive(
        f"{POOL}_{{version}}+dfsg1.orig.tar.xz",
        sha256="e06baad2dbca2a79d3569ee358a4442cf9e550a355872484631860941bee73c9",
    ),
    parts={
        "cli": Archive(
            f"{POOL}_{{version}}+dfsg1.orig-cli.tar.xz",
            sha256="477e396c50ea9e617cf6a9d70eef9509e587508faeaa5ab8e0304d600612c11b",
        ),
        "buildkit": Archive(
            f"{POOL}_{{version}}+dfsg1.orig-buildkit.tar.xz",
            sha256="3a4a472c237b1caf456aac2cae810fea2b4fae9d0e9e71af5540645b510ff10c",
        ),
    },
    debian=Archive(
        f"{POOL}_{{version}}+dfsg1-9+deb13u1.debian.tar.xz",
        sha256="a579e61d4a60407d52347bb2af497cc16eeb964b9a7ebe3445ea854f5b9d8ee2",
    ),
    license="Apache-2.0",
    license_files=["engine/LICENSE", "engine/NOTICE", "cli/LICENSE", "cli/NOTICE", "buildkit/LICENSE"],
    runs_with=["catatonit", "containerd", "iptables"],
    build=Go(
        paths={"engine": ENGINE, "cli": CLI, "buildkit": "github.com/moby/buildkit"},
        programs={
            f"{ENGINE}/cmd/dockerd": "usr/bin/dockerd",
            f"{ENGINE}/cmd/docker-proxy": "usr/bin/docker-proxy",
            f"{CLI}/cmd/docker": "usr/bin/docker",
        },
        modules=["src:docker.io"],
        tags=["exclude_graphdriver_btrfs", "exclude_graphdriver_zfs"],
        variables={
            f"{ENGINE}/dockerversion.Version": "{version}",
            f"{CLI}/cli/version.Version": "{version}",
        },
    ),
    kernel=[
        *("BRIDGE", "BRIDGE_NETFILTER", "VETH", "NETFILTER_ADVANCED", "NF_CONNTRACK", "NF_NAT"),
        *("IP_NF_FILTER", "IP_NF_NAT", "IP_NF_TARGET_MASQUERADE", "NETFILTER_XT_MATCH_ADDRTYPE"),
        *("NETFILTER_XT_MATCH_CONNTRACK", "POSIX_MQUEUE", "OVERLAY_FS", "TMPFS_XATTR", "KEYS", "PACKET"),
        *("CGROUP_PIDS", "CFS_BANDWIDTH", "CPUSETS"),
    ],
)
