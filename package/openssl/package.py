# SPDX-License-Identifier: Apache-2.0
"""TLS and cryptography: the libraries, and the program openssl."""

from leafroot import Archive, Configure, Package

package = Package(
    version="3.5.7",
    group="security",
    archive=Archive(
        "debian:pool/main/o/openssl/openssl_{version}.orig.tar.gz",
        sha256="a8c0d28a529ca480f9f36cf5792e2cd21984552a3c8e4aa11a24aa31aeac98e8",
    ),
    license="Apache-2.0",
    license_files=["LICENSE.txt"],
    build=Configure(
        script="Configure",
        by_arch={
            "x86_64": ["linux-x86_64"],
            "aarch64": ["linux-aarch64"],
            "riscv64": ["linux64-riscv64"],
            "arm": ["linux-armv4"],
        },
        options=[
            *("--prefix=/usr", "--libdir=lib", "--openssldir=/etc/ssl"),
            # musl has no getcontext(3), which asynchronous jobs need.
            *("shared", "no-tests", "no-docs", "no-async", "no-legacy"),
        ],
        install=["install_sw", "install_ssldirs"],
    ),
)
