# SPDX-License-Identifier: Apache-2.0
"""Compiler and standard library of the programming language Go.

Go is written in Go, so every build of it starts from a binary. This binary is Debian's, for build machines with the
processors named below. It is linked statically and runs on any distribution. The standard library is compiled from
source with each program.
"""

from leafroot import Archive, Package, ToolchainPart

POOL = "debian:pool/main/g/golang-1.24"

package = Package(
    version="1.24.4",
    archive=Archive(
        f"{POOL}/golang-1.24-src_{{version}}-1_all.deb",
        sha256="c396bc2c2e94606e0a060cff52b9bbbf1d7cefacb040eb3c40a55604111e66e1",
        inner="data.tar.xz",
    ),
    license="BSD-3-Clause",
    license_files=["usr/share/doc/golang-1.24-src/copyright"],
    build=ToolchainPart(
        hosts={
            "x86_64": Archive(
                f"{POOL}/golang-1.24-go_{{version}}-1_amd64.deb",
                sha256="93c6c109bbc0f1d55523282a16739d10634499c04f6d066a6aa58b67b687a44f",
                inner="data.tar.xz",
            ),
            "aarch64": Archive(
                f"{POOL}/golang-1.24-go_{{version}}-1_arm64.deb",
                sha256="9e32c37ae41e78fe976eaa4a406dfba929d5020b9e3006ee3f0e0ff2638a5ac6",
                inner="data.tar.xz",
            ),
        },
    ),
)
