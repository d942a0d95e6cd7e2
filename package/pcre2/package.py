# SPDX-License-Identifier: Apache-2.0
"""Library for regular expressions as Perl has them."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="10.46",
    group="libraries",
    archive=Archive(
        "debian:pool/main/p/pcre2/pcre2_{version}.orig.tar.gz",
        sha256="8d28d7f2c3b970c3a4bf3776bcbb5adfc923183ce74bc8df1ebaad8c1985bd07",
    ),
    license="BSD-3-Clause WITH PCRE2-exception",
    license_files=["LICENCE.md"],
    build=Autotools(options=["--enable-jit"]),
)
