# SPDX-License-Identifier: Apache-2.0
"""Which frequencies may be used in which country, for wireless cards."""

from leafroot import Archive, Package, Prebuilt

package = Package(
    version="2026.09.03-1~deb13u1",
    group="firmware",
    archive=Archive(
        "debian:pool/main/w/wireless-regdb/wireless-regdb_{version}_all.deb",
        sha256="a38e446ad81bc015c15d99e17af6c76ad1bafe507d2f28b869cbbbba86f94d55",
        inner="data.tar.xz",
    ),
    license="ISC",
    license_files=["usr/share/doc/wireless-regdb/copyright"],
    build=Prebuilt(
        install=[
            # Signed by the key that is in the kernel.
            ("usr/lib/firmware/regulatory.db-upstream", "lib/firmware/regulatory.db"),
            ("usr/lib/firmware/regulatory.db.p7s-upstream", "lib/firmware/regulatory.db.p7s"),
        ]
    ),
)
