# SPDX-License-Identifier: Apache-2.0
"""Holds container runtimes to what a container is, on the running system: every runtime, the same checks."""

from leafroot import Make, Package

package = Package(
    version="1",
    license="Apache-2.0",
    build=Make(),
    depends=["busybox", "oci-busybox", "catatonit"],
    kernel=["PROC_FS"],
)
