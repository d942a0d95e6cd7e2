# SPDX-License-Identifier: Apache-2.0
"""Makes and checks EROFS images."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="1.8.6",
    group="storage",
    archive=Archive(
        "debian:pool/main/e/erofs-utils/erofs-utils_{version}.orig.tar.gz",
        sha256="5b221dc3fd6d151425b30534ede46fb7a90dc233a8659cba0372796b0a066547",
    ),
    license="GPL-2.0-or-later AND GPL-2.0-only AND Apache-2.0 AND Unlicense",
    license_files=["COPYING", "LICENSES/Apache-2.0", "LICENSES/GPL-2.0"],
    depends=["lz4", "util-linux", "xz", "zlib", "zstd"],
    build=Autotools(
        autoreconf=True,
        options=[
            "--enable-lzma",
            "--with-libzstd",
            "--with-zlib",
            "--without-libdeflate",
            "--disable-fuse",
            "--without-selinux",
        ],
        env={"CPPFLAGS": "-D_LARGEFILE64_SOURCE"},
    ),
)
