# SPDX-License-Identifier: Apache-2.0
"""Library that waits for many things at once: files, signals, times."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.1.12",
    group="libraries",
    archive=Archive(
        "debian:pool/main/libe/libevent/libevent_{version}-stable.orig.tar.gz",
        sha256="92e6de1be9ec176428fd2367677e61ceffc2ee1cb119035037a27d346b0403bb",
    ),
    license="BSD-3-Clause AND ISC AND MIT",
    license_files=["LICENSE"],
    build=Autotools(options=["--disable-openssl", "--disable-samples", "--disable-libevent-regress"]),
    kernel=["EPOLL", "EVENTFD"],
)
