# SPDX-License-Identifier: Apache-2.0
"""Copies files and folders, and sends only what differs."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="3.5.0",
    group="network",
    archive=Archive(
        "debian:pool/main/r/rsync/rsync_{version}+ds1.orig.tar.xz",
        sha256="d5de0c8a95b00e0f50038ba04526bcbd5fe4f3ff97b4035bb97b084398bfbb60",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    depends=["lz4", "popt", "zlib", "zstd"],
    build=Autotools(
        options=[
            *("--disable-roll-simd", "--disable-md2man", "--without-included-popt", "--without-included-zlib"),
            *("--disable-xxhash", "--disable-openssl", "--disable-acl-support", "--disable-xattr-support"),
            *("rsync_cv_HAVE_SOCKETPAIR=yes", "rsync_cv_HAVE_C99_VSNPRINTF=yes", "rsync_cv_HAVE_SECURE_MKSTEMP=yes"),
        ],
        in_tree=True,
    ),
)
