# SPDX-License-Identifier: Apache-2.0
"""The system programs of Linux: fdisk, lsblk, mount, losetup and many others, and their libraries."""

from leafroot import Archive, Autotools, Option, Package

package = Package(
    version="2.41.5",
    group="storage",
    archive=Archive(
        "debian:pool/main/u/util-linux/util-linux_{version}.orig.tar.xz",
        sha256="f586e35d320ff537aab3ffeca37e9ecd482ccbe013590db4429a414d8aa6a728",
    ),
    license="GPL-2.0-or-later AND BSD-4-Clause-UC AND LGPL-2.1-or-later AND BSD-3-Clause AND MIT",
    license_files=[
        "README.licensing",
        "Documentation/licenses/COPYING.GPL-2.0-or-later",
        "Documentation/licenses/COPYING.LGPL-2.1-or-later",
        "Documentation/licenses/COPYING.BSD-4-Clause-UC",
        "Documentation/licenses/COPYING.BSD-3-Clause",
        "Documentation/licenses/COPYING.MIT",
    ],
    options=[
        Option(
            "programs",
            "Programs",
            [
                *("--enable-fdisks", "--enable-mount", "--enable-losetup", "--enable-lsblk", "--enable-blkid"),
                *("--enable-fsck", "--enable-partx", "--enable-wipefs", "--enable-uuidgen", "--enable-findmnt"),
                *("--enable-unshare", "--enable-nsenter", "--enable-flock", "--enable-hwclock", "--enable-rtcwake"),
                *("--enable-lscpu", "--enable-lsfd", "--enable-lsmem", "--enable-chmem", "--enable-dmesg"),
                *("--enable-blockdev", "--enable-fstrim", "--enable-swapon", "--enable-zramctl", "--enable-schedutils"),
                *("--enable-prlimit", "--enable-setpriv", "--enable-mkfs", "--enable-fallocate", "--enable-mountpoint"),
            ],
            help="fdisk, lsblk, mount, losetup and others take the place of busybox's.",
        ),
    ],
    build=Autotools(
        options=[
            *("--disable-all-programs", "--enable-libblkid", "--enable-libuuid", "--enable-libsmartcols"),
            *("--enable-libfdisk", "--enable-libmount", "--without-python", "--without-systemd", "--without-udev"),
            *("--without-ncurses", "--without-ncursesw", "--without-readline", "--without-cap-ng"),
            *("--disable-makeinstall-chown", "--disable-makeinstall-setuid", "--disable-asciidoc", "--disable-poman"),
        ]
    ),
)
