# SPDX-License-Identifier: Apache-2.0
"""Small language to be embedded: the program lua, and its library."""

from leafroot import Archive, Make, Package

package = Package(
    version="5.4.7",
    group="languages",
    archive=Archive(
        "debian:pool/main/l/lua5.4/lua5.4_{version}.orig.tar.gz",
        sha256="9fbf5e28ef86c69858f6d3d34eccc32e911c1a28b4120ff3e84aaa70cfbf1e30",
    ),
    license="MIT",
    license_files=["doc/readme.html"],
    build=Make(
        folder=".",
        variables={
            "INSTALL_TOP": "/out/usr",
            "CC": "{prefix}gcc",
            "AR": "{prefix}ar rcu",
            "RANLIB": "{prefix}ranlib",
            "MYCFLAGS": "{cflags}",
            "MYLDFLAGS": "{ldflags}",
        },
        targets=["linux"],
    ),
)
