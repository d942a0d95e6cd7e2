# SPDX-License-Identifier: Apache-2.0
"""Connects anything with anything: files, sockets, terminals, programs."""

from leafroot import Archive, Autotools, Option, Package

package = Package(
    version="1.8.0.3",
    group="network",
    archive=Archive(
        "debian:pool/main/s/socat/socat_{version}.orig.tar.bz2",
        sha256="01eb017361d95bb3a6941e840b59e4463a3fabf92df4154ed02b16a2ed6a0095",
    ),
    license="GPL-2.0-only WITH cryptsetup-OpenSSL-exception",
    license_files=["COPYING", "README", "COPYING.OpenSSL"],
    options=[
        Option("tls", "TLS", ["--enable-openssl"], ["--disable-openssl"], depends=["openssl"]),
    ],
    build=Autotools(
        options=[
            *("--disable-libwrap", "--disable-readline", "sc_cv_termios_ispeed=no"),
            *("sc_cv_sys_crdly_shift=9", "sc_cv_sys_tabdly_shift=11", "sc_cv_sys_csize_shift=4"),
        ],
        in_tree=True,
    ),
)
