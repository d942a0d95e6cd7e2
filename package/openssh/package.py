# SPDX-License-Identifier: Apache-2.0
"""SSH server and clients, with SFTP."""

from leafroot import Account, Archive, Autotools, Package

package = Package(
    version="10.0p1",
    group="network",
    archive=Archive(
        "debian:pool/main/o/openssh/openssh_{version}.orig.tar.gz",
        sha256="021a2e709a0edf4250b1256bd5a9e500411a90dddabea830ed59cef90eb9d85c",
    ),
    license="SSH-OpenSSH AND BSD-2-Clause AND BSD-3-Clause AND ISC AND MIT AND LicenseRef-public-domain",
    license_files=["LICENCE"],
    depends=["openssl", "zlib"],
    # dropbear has one, too.
    replaces=["usr/bin/scp"],
    build=Autotools(
        options=[
            *("--sysconfdir=/etc/ssh", "--disable-wtmp", "--disable-lastlog", "--disable-utmp", "--disable-strip"),
            *("--with-privsep-path=/run/sshd", "--with-pid-dir=/run", "--without-pam"),
            *("--libexecdir=/usr/lib/openssh", "--with-default-path=/usr/sbin:/usr/bin:/sbin:/bin"),
        ],
        in_tree=True,
        install=["install-nokeys"],
    ),
    accounts=[Account("sshd", 902, home="/run/sshd")],
    roles={"SSH server": ["etc/init.d/S50sshd"]},
    kernel=["UNIX98_PTYS", "INET"],
)
