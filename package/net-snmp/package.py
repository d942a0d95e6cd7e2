# SPDX-License-Identifier: Apache-2.0
"""SNMP: the agent snmpd, and programs that ask others."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="5.9.4",
    group="network",
    archive=Archive(
        "debian:pool/main/n/net-snmp/net-snmp_{version}+dfsg.orig.tar.xz",
        sha256="3b10ece3ef1975a66b4bb0b4fe8f0430e887f5d7d3278128e268197ee6653369",
    ),
    license="BSD-3-Clause AND MIT-CMU",
    license_files=["COPYING"],
    depends=["openssl"],
    build=Autotools(
        options=[
            *("--with-default-snmp-version=3", "--with-sys-contact=root", "--with-sys-location=unknown"),
            *("--with-logfile=none", "--with-persistent-directory=/var/lib/snmp", "--disable-embedded-perl"),
            *("--without-perl-modules", "--disable-manuals", "--disable-scripts", "--disable-mibs", "--with-openssl"),
            *("--with-endianness=little", "--enable-mini-agent", "--with-mib-modules=mibII", "--without-rpm"),
        ],
        in_tree=True,
        make=["-j1"],
    ),
)
