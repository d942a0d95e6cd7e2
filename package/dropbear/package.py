# SPDX-License-Identifier: Apache-2.0
"""SSH server and client for small systems."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2025.89",
    group="network",
    archive=Archive(
        "debian:pool/main/d/dropbear/dropbear_{version}.orig.tar.bz2",
        sha256="0d1f7ca711cfc336dc8a85e672cab9cfd8223a02fe2da0a4a7aeb58c9e113634",
    ),
    license="MIT AND BSD-2-Clause AND SSH-short AND Unlicense AND LicenseRef-public-domain",
    license_files=["LICENSE", "libtomcrypt/LICENSE", "libtommath/LICENSE"],
    depends=["zlib"],
    build=Autotools(
        options=["--disable-wtmp", "--disable-lastlog", "--disable-utmp", "--enable-bundled-libtom", "--disable-pam"],
        make=["PROGRAMS=dropbear dbclient dropbearkey scp", "MULTI=1", "SCPPROGRESS=1"],
    ),
    roles={"SSH server": ["etc/init.d/S50dropbear"]},
    kernel=["UNIX98_PTYS", "INET"],
)
