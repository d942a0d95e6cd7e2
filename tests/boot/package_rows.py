# SPDX-License-Identifier: Apache-2.0
"""The table of packages: `package/<name>/test.sh` says what must be true of a package in a booted system.

A row is a shell script. It runs with `sh -eu` in a folder of its own, and passes if its status is 0. A tree made for
the occasion holds the scripts of one image as a package, and asks the kernel for what the rows need.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.units.catalog import Catalog

ROW = "test.sh"
BEGIN, END = "packagetest: begin\n", "packagetest: end"
# What rows need of the kernel beyond what packages ask for: devices that exist in software alone.
KERNEL = (
    *("CAN", "CAN_RAW", "CAN_BCM", "CAN_GW", "CAN_DEV", "CAN_VCAN", "NETDEVICES", "DUMMY", "VETH", "TUN"),
    *("BLOCK", "BLK_DEV", "BLK_DEV_LOOP", "EXT4_FS", "VFAT_FS", "NLS_CODEPAGE_437", "NLS_ISO8859_1"),
    *("MISC_FILESYSTEMS", "SQUASHFS", "SQUASHFS_ZSTD"),
    *("CONFIGFS_FS", "GPIOLIB", "GPIO_CDEV", "GPIO_SIM", "I2C", "I2C_CHARDEV"),
)
_RESULT = re.compile(r"^((?:not )?ok) \d+ - (.*)$", re.MULTILINE)
# What rows can call beside the programs of the image.
_PROGRAMS = {
    # loads LIBRARY: fails if a shared library needs a symbol or another library that is not there.
    "loads": '#!/bin/sh\nexec /lib/ld-musl-*.so.1 --list "$(ls -d /usr/lib/"$1" /lib/"$1" 2>/dev/null | head -n 1)"\n',
    # fails COMMAND: for what must fail. (`set -e` passes over a command behind `!`.)
    "fails": '#!/bin/sh\nif "$@"; then exit 1; fi\n',
}
_RUNNER = """\
#!/bin/sh
# Runs each row of the table in a folder of its own; what a failing one said stands before its verdict.
[ "$1" = start ] || exit 0
grep -q leafroot.packagetest /proc/cmdline || exit 0
dmesg -n 1
ip link set lo up
export PATH=$PATH:/usr/libexec/packagetest-programs
number=0
echo 'packagetest: begin'
for row in /usr/libexec/packagetest/*; do
    name=${row##*/} number=$((number + 1))
    mkdir -p "/tmp/packagetest/$name"
    verdict='not ok'
    (cd "/tmp/packagetest/$name" && exec timeout -s KILL 300 sh -eux "$row") </dev/null >"/tmp/$name.log" 2>&1 &&
        verdict=ok
    [ "$verdict" = ok ] || sed "s/^/# $name: /" "/tmp/$name.log"
    rm -rf "/tmp/packagetest/$name" "/tmp/$name.log"
    echo "$verdict $number - $name"
done
echo 'packagetest: end'
poweroff
"""


# Their kernel options are those of a Raspberry Pi.
_FOR_A_BOARD = {"brcmfmac-firmware"}


def provable(catalog: Catalog) -> dict[str, Unit[Package]]:
    """The packages that a root of QEMU's boards can have, by name."""
    return {
        name: unit
        for name, unit in catalog.packages.items()
        if unit.value.build.place == "root" and name not in _FOR_A_BOARD
    }


def write_tree(catalog: Catalog, names: Iterable[str], folder: Path, asking: Iterable[str]) -> None:
    """Write an external tree whose package `packagetest` has the rows of the packages, and the runner.

    It asks the kernel for what the packages `asking` do.
    """
    package = folder / "package" / "packagetest"
    rows, start = package / "files/usr/libexec/packagetest", package / "files/etc/init.d"
    for each in (rows, start):
        each.mkdir(parents=True)
    for name in sorted(names):
        shutil.copy(catalog.packages[name].directory / ROW, rows / name)
    programs = package / "files/usr/libexec/packagetest-programs"
    programs.mkdir()
    for name, text in _PROGRAMS.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    runner = start / "S97packagetest"
    runner.write_text(_RUNNER)
    runner.chmod(0o755)
    asked = dict.fromkeys((*KERNEL, *(one for name in asking for one in catalog.packages[name].value.kernel)))
    (package / "package.py").write_text(
        '"""Rows of the table of packages."""\n'
        "from leafroot import Files, Package\n"
        f'package = Package(version="1", license="Apache-2.0", build=Files(), kernel={list(asked)!r})\n'
    )


def verdicts(printed: str) -> dict[str, str]:
    """What the runner printed of each row: its package, and "ok" or "not ok"."""
    part = printed.replace("\r", "").partition(BEGIN)[2]
    return {name: verdict for verdict, name in _RESULT.findall(part)}
