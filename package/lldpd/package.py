# SPDX-License-Identifier: Apache-2.0
"""Tells the neighbours in the network who this machine is, and listens to them: LLDP."""

from leafroot import Account, Archive, Autotools, Package

package = Package(
    version="1.0.18",
    group="network",
    archive=Archive(
        "debian:pool/main/l/lldpd/lldpd_{version}.orig.tar.gz",
        sha256="4b320675d608901a4a0d4feff8f96bb846d4913d914b0cf75b7d0ae80490f2f7",
    ),
    license="ISC",
    license_files=["LICENSE"],
    depends=["libbsd", "libevent", "libcap"],
    build=Autotools(
        options=[
            *("--with-privsep-user=lldpd", "--with-privsep-group=lldpd", "--with-privsep-chroot=/run/lldpd"),
            *("--with-embedded-libevent=no", "--without-snmp", "--without-xml", "--without-seccomp"),
            *(
                "--with-readline=no",
                "--with-lldpd-ctl-socket=/run/lldpd.socket",
                "--with-lldpd-pid-file=/run/lldpd.pid",
            ),
            *("--with-systemdsystemunitdir=no", "--with-sysusersdir=no", "--with-apparmordir=no"),
        ]
    ),
    accounts=[Account("lldpd", 906)],
    kernel=["PACKET"],
)
