# SPDX-License-Identifier: Apache-2.0
"""Packet filters, and network address translation for container networks.

These are the programs for the kernel's legacy interface, which need no other library. All extensions are built in.
"""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.8.11",
    group="network",
    archive=Archive(
        [
            "debian:pool/main/i/iptables/iptables_{version}.orig.tar.xz",
            "https://www.netfilter.org/projects/iptables/files/iptables-{version}.tar.xz",
        ],
        sha256="d87303d55ef8c92bcad4dd3f978b26d272013642b029425775f5bad1009fe7b2",
    ),
    license="GPL-2.0-or-later",
    license_files=["COPYING"],
    build=Autotools(
        options=[
            *("--disable-shared", "--enable-static", "--disable-nftables", "--disable-libnfnetlink"),
            *("--disable-connlabel", "--disable-devel", "--with-xt-lock-name=/run/xtables.lock"),
        ]
    ),
    kernel=[
        *("NETFILTER", "NETFILTER_ADVANCED", "NETFILTER_XTABLES", "NETFILTER_XTABLES_LEGACY from 6.17"),
        *("IP_NF_IPTABLES", "IP_NF_IPTABLES_LEGACY", "IP_NF_FILTER", "IP_NF_NAT", "NF_CONNTRACK", "NF_NAT"),
    ],
)
