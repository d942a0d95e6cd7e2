# SPDX-License-Identifier: Apache-2.0
"""Library for TPM 2.0."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="4.1.3",
    group="security",
    archive=Archive(
        "debian:pool/main/t/tpm2-tss/tpm2-tss_{version}.orig.tar.gz",
        sha256="8a389bda64690910e7af7deaf64703a3faed416dc538c9c3e4f893f24893524d",
    ),
    license="BSD-2-Clause",
    license_files=["LICENSE"],
    depends=["openssl"],
    build=Autotools(
        autoreconf=True,
        options=[
            "--disable-fapi",
            "--disable-doxygen-doc",
            "--disable-policy",
            "--disable-tcti-libtpms",
            "--with-udevrulesdir=/usr/lib/udev/rules.d",
            "--with-sysusersdir=no",
            "--with-tmpfilesdir=no",
        ],
    ),
)
