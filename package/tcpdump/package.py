# SPDX-License-Identifier: Apache-2.0
"""Shows the packets of the network."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="4.99.6",
    group="network",
    archive=Archive(
        "debian:pool/main/t/tcpdump/tcpdump_{version}.orig.tar.xz",
        sha256="40a8cefd45f0d2a06827e6658efb830d484868c449ad80f7efb33516af44f3da",
    ),
    license="BSD-3-Clause",
    license_files=["LICENSE"],
    depends=["libpcap"],
    build=Autotools(options=["--without-crypto", "--without-smi", "--without-cap-ng"], in_tree=True),
)
