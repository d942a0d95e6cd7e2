# SPDX-License-Identifier: Apache-2.0
"""The programs that runc's integration tests call, from runc's own source: recvtty, sd-helper and seccompagent."""

from leafroot import Archive, Go, Package

NAME = "github.com/opencontainers/runc"

package = Package(
    version="1.1.15",
    archive=Archive(
        "debian:pool/main/r/runc/runc_{version}+ds1.orig.tar.xz",
        sha256="d557179f18a5d515ffc5b8ed1a7113af4619a1041c27408a2f83c1ece4d4d426",
    ),
    debian=Archive(
        "debian:pool/main/r/runc/runc_{version}+ds1-2.debian.tar.xz",
        sha256="9fff6ddf9644349f130aabc71b1c8f1630bd464d0e320af0f8777913e28aaa39",
    ),
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    depends=["libseccomp"],
    build=Go(
        paths={"": NAME},
        programs={
            f"{NAME}/contrib/cmd/{program}": f"usr/libexec/runctest/{program}"
            for program in ("recvtty", "sd-helper", "seccompagent")
        },
        modules=["src:runc"],
        tags=["seccomp"],
    ),
)
