# SPDX-License-Identifier: Apache-2.0
"""Linux 7.2. It has nullfs as it is; leaf-tmpfs comes from our patch."""

from leafroot import Archive, Series

kernel = Series(
    version="7.2.6",
    archive=Archive(
        "debian:pool/main/l/linux/linux_{version}.orig.tar.xz",
        sha256="1819c494eeda2be08fdca1b4d4d8d669e5a4215395595503502aeb78d019882a",
    ),
)
