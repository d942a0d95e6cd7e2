# SPDX-License-Identifier: Apache-2.0
"""Measures disks with loads of many kinds."""

from leafroot import Archive, Configure, Package

package = Package(
    version="3.41",
    group="debugging",
    archive=Archive(
        "debian:pool/main/f/fio/fio_{version}.orig.tar.gz",
        sha256="a40b45112005e30a67bab6be4860b198c35104a628b6ec4d15720d62b5d1bab9",
    ),
    license="GPL-2.0-only",
    license_files=["COPYING", "MORAL-LICENSE"],
    depends=["libaio", "zlib"],
    # musl declares the FALLOC_FL_ names only in the kernel's header.
    build=Configure(
        make=["EXTFLAGS=-include linux/falloc.h"],
        options=[
            "--prefix=/usr",
            "--cc={target}-gcc",
            "--cpu={arch}",
            "--disable-native",
            "--disable-numa",
            "--disable-rdma",
            "--disable-http",
            "--disable-lex",
        ],
    ),
)
