# SPDX-License-Identifier: Apache-2.0
"""Encrypted disks: LUKS, and verity."""

from leafroot import Archive, Meson, Package

package = Package(
    version="2.7.5",
    group="storage",
    archive=Archive(
        "debian:pool/main/c/cryptsetup/cryptsetup_{version}.orig.tar.gz",
        sha256="66f82757456411353216def2e93ee6f82e1dc5c8b583cb9b1c84ecb918b60980",
    ),
    license=(
        "GPL-2.0-or-later WITH cryptsetup-OpenSSL-exception AND LGPL-2.1-or-later WITH cryptsetup-OpenSSL-exception"
    ),
    license_files=["COPYING", "COPYING.LGPL"],
    depends=["argp", "json-c", "lvm2", "openssl", "popt", "util-linux"],
    build=Meson(
        options=[
            *("-Dasciidoc=disabled", "-Dssh-token=false", "-Dfips=false", "-Dtests=false", "-Dpwquality=false"),
            *("-Dcrypto-backend=openssl", "-Dargon-implementation=internal", "-Dselinux=false", "-Dudev=false"),
            "-Dblkid=true",
        ]
    ),
    kernel=[
        "MD",
        "BLK_DEV_DM",
        "DM_CRYPT",
        "CRYPTO",
        "CRYPTO_XTS",
        "CRYPTO_AES",
        "CRYPTO_SHA256",
        "CRYPTO_USER_API_HASH",
        "CRYPTO_USER_API_SKCIPHER",
    ],
)
