# SPDX-License-Identifier: Apache-2.0
"""Python for small systems."""

from leafroot import Archive, Make, Package

package = Package(
    version="1.25.0",
    group="languages",
    archive=Archive(
        "debian:pool/main/m/micropython/micropython_{version}+ds.orig.tar.xz",
        sha256="7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
    ),
    license="MIT",
    license_files=["LICENSE"],
    depends=["libffi"],
    build=Make(
        folder="ports/unix",
        variables={
            "CROSS_COMPILE": "{prefix}",
            "PREFIX": "/usr",
            "STRIP": "",
            "FROZEN_MANIFEST": "",
            "BUILD": "/build/out",
            **{f"MICROPY_{name}": "0" for name in ("PY_SSL", "SSL_AXTLS", "SSL_MBEDTLS", "PY_BTREE", "PY_BLUETOOTH")},
            "MICROPY_PY_FFI": "1",
        },
    ),
)
