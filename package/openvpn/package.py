# SPDX-License-Identifier: Apache-2.0
"""Virtual private networks over TLS."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="2.6.14",
    group="network",
    archive=Archive(
        "debian:pool/main/o/openvpn/openvpn_{version}.orig.tar.gz",
        sha256="9eb6a6618352f9e7b771a9d38ae1631b5edfeed6d40233e243e602ddf2195e7a",
    ),
    # COPYING has an exception for libraries under Apache-2.0, too, as OpenSSL 3 is; the SPDX list has no name for it.
    license="GPL-2.0-only WITH openvpn-openssl-exception",
    license_files=["COPYING", "COPYRIGHT.GPL"],
    depends=["libcap-ng", "lz4", "openssl"],
    build=Autotools(options=["--disable-lzo", "--disable-plugin-auth-pam", "--disable-unit-tests", "--disable-dco"]),
    kernel=["TUN"],
)
