# SPDX-License-Identifier: Apache-2.0
"""Filters and changes JSON; without the functions for regular expressions."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.7.1",
    group="shell",
    archive=Archive(
        "debian:pool/main/j/jq/jq_{version}.orig.tar.gz",
        sha256="fc75b1824aba7a954ef0886371d951c3bf4b6e0a921d1aefc553f309702d6ed1",
    ),
    license="MIT AND ICU AND dtoa AND BSD-2-Clause",
    license_files=["COPYING"],
    build=Autotools(
        autoreconf=True, options=["--with-oniguruma=no", "--disable-valgrind", "--disable-shared", "--enable-static"]
    ),
)
