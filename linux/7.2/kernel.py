# SPDX-License-Identifier: Apache-2.0
"""Linux 7.2. It has nullfs built in; leaf-tmpfs comes from our patch."""

from leafroot import Archive, Series

kernel = Series(
    version="7.2.8",
    archive=Archive(
        "debian:pool/main/l/linux/linux_{version}.orig.tar.xz",
        sha256="08f058f9de8d487e32a5c9e2855ee7e35bee1a047e77d37ba797d734c0cc07b3",
    ),
    modes=["leaf-tmpfs"],
)
