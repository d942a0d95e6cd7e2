# SPDX-License-Identifier: Apache-2.0
"""Linux 6.12, a long-term series. Both boot modes come from our patches."""

from leafroot import Archive, Series

kernel = Series(
    version="6.12.107",
    archive=Archive(
        "debian:pool/main/l/linux/linux_{version}.orig.tar.xz",
        sha256="efc76d3c78a5d65f42724118c437d11db1c9f6309a5f024ee9a8b1978fdc6919",
    ),
    modes=["nullfs", "leaf-tmpfs"],
)
