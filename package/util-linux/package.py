# SPDX-License-Identifier: Apache-2.0
"""Libraries for disks and mounts; by an option, the programs fdisk, lsblk, mount and many others, too."""

from leafroot import Archive, Autotools, Option, Package

package = Package(
    version="2.41.5",
    group="storage",
    archive=Archive(
        "debian:pool/main/u/util-linux/util-linux_{version}.orig.tar.xz",
        sha256="f586e35d320ff537aab3ffeca37e9ecd482ccbe013590db4429a414d8aa6a728",
    ),
    license=(
        "GPL-2.0-or-later AND GPL-2.0-only AND GPL-1.0-or-later AND LGPL-2.1-or-later AND BSD-4-Clause-UC"
        " AND BSD-3-Clause AND BSD-2-Clause AND MIT AND EUPL-1.2"
    ),
    license_files=[
        "README.licensing",
        *(
            f"Documentation/licenses/COPYING.{name}"
            for name in (
                *("GPL-2.0-or-later", "GPL-2.0-only", "LGPL-2.1-or-later", "BSD-4-Clause-UC"),
                *("BSD-3-Clause", "BSD-2-Clause", "MIT", "EUPL-1.2"),
            )
        ),
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
            *(
                "--disable-all-programs",
                "--disable-hwclock-gplv3",
                "--enable-libblkid",
                "--enable-libuuid",
                "--enable-libsmartcols",
            ),
            *("--enable-libfdisk", "--enable-libmount", "--without-python", "--without-systemd", "--without-udev"),
            *("--without-ncurses", "--without-ncursesw", "--without-readline", "--without-cap-ng"),
            *("--disable-makeinstall-chown", "--disable-makeinstall-setuid", "--disable-asciidoc", "--disable-poman"),
        ]
    ),
)
