# SPDX-License-Identifier: Apache-2.0
"""Manages container images and runs containers with runc; Docker is built on it.

`ctr` is its command line client. If this package is in the root, the system starts containerd on its usual socket. The
Kubernetes interface (CRI) and snapshots on btrfs, ZFS and device mapper are left out: what they need is several times
as large as the rest.
"""

from leafroot import Archive, Go, Package

NAME = "github.com/containerd/containerd"

package = Package(
    version="1.7.24",
    group="containers",
    archive=Archive(
        "debian:pool/main/c/containerd/containerd_{version}~ds1.orig.tar.xz",
        sha256="e35d88a79245e807aebf5d45eb17083c10cf54ad8b226c60c193a0fe0bbf5965",
    ),
    debian=Archive(
        "debian:pool/main/c/containerd/containerd_{version}~ds1-6+deb13u1.debian.tar.xz",
        sha256="f1941ebb04925fc2d5f0260a100ac7e3af76e4e75d1989cdfb57a607e6d9420f",
    ),
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    runs_with=["runc"],
    build=Go(
        paths={"": NAME},
        programs={
            f"{NAME}/cmd/containerd": "usr/bin/containerd",
            f"{NAME}/cmd/containerd-shim-runc-v2": "usr/bin/containerd-shim-runc-v2",
            f"{NAME}/cmd/ctr": "usr/bin/ctr",
        },
        modules=["src:containerd"],
        tags=["no_aufs", "no_btrfs", "no_cri", "no_devmapper", "no_tracing", "no_zfs", "urfave_cli_no_docs"],
        variables={f"{NAME}/version.Version": "{version}"},
    ),
    kernel=["OVERLAY_FS", "EPOLL", "EVENTFD", "FILE_LOCKING", "INOTIFY_USER", "UNIX"],
)
