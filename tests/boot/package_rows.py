# SPDX-License-Identifier: Apache-2.0
"""The table of packages: `package/<name>/test.sh` says what must be true of a package in a booted system.

A row is a shell script. It runs with `sh -eu` in a folder of its own, and passes if its status is 0. A line
"# with NAME ..." names other packages that it calls. A tree made for the occasion holds the scripts of one image as a
package, and asks the kernel for what the rows need.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leafroot.app.choices import packages_page
from leafroot.describe.arches import ARCHES
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.graph import Graph, arches_of
from leafroot.guest.qemu import Guest
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.generate import symbol
from leafroot.kconfig.resolve import Request
from leafroot.record.seen import TEST, Seen, read_seen, write_seen
from leafroot.units.catalog import Catalog, load_catalog
from tests.boot.conftest import Console, Scons
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
OUTPUT = "output/test/packages"
# The least that the guest has, in MiB.
MEMORY = 1024

BEGIN, END = "packagetest: begin\n", "packagetest: end"
# What rows need of the kernel beyond what packages ask for: devices that exist in software alone.
KERNEL = (
    *("CAN", "CAN_RAW", "CAN_BCM", "CAN_GW", "CAN_DEV", "CAN_VCAN", "NETDEVICES", "DUMMY", "VETH", "TUN"),
    *("BLOCK", "BLK_DEV", "BLK_DEV_LOOP", "EXT4_FS", "VFAT_FS", "NLS_CODEPAGE_437", "NLS_ISO8859_1"),
    *("MISC_FILESYSTEMS", "SQUASHFS", "SQUASHFS_ZSTD"),
    *("CONFIGFS_FS", "GPIOLIB", "GPIO_CDEV", "GPIO_SIM", "I2C", "I2C_CHARDEV"),
)
# What the rows of single packages need besides: two radios in software.
_RADIOS = ("NETDEVICES", "WLAN", "MAC80211", "MAC80211_HWSIM")
KERNEL_OF = {"hostapd": _RADIOS, "iw": _RADIOS, "wpa-supplicant": _RADIOS}
_WITH = re.compile(r"^# with (.+)$", re.MULTILINE)
_RESULT = re.compile(r"^((?:not )?ok) \d+ - (.*)$", re.MULTILINE)
# What rows can call beside the programs of the image.
_PROGRAMS = {
    # loads LIBRARY: fails if a shared library needs a symbol or another library that is not there.
    "loads": '#!/bin/sh\nexec /lib/ld-musl-*.so.1 --list "$(ls -d /usr/lib/"$1" /lib/"$1" 2>/dev/null | head -n 1)"\n',
    # fails COMMAND: for what must fail. (`set -e` passes over a command behind `!`.) A function is no command here.
    "fails": '#!/bin/sh\ncommand -v "$1" >/dev/null || { echo "no command $1"; exit 1; }\nif "$@"; then exit 1; fi\n',
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


def provable(catalog: Catalog, arch: str = "x86_64") -> dict[str, Unit[Package]]:
    """The packages that a root of an architecture can have, by name."""
    arches = arches_of(catalog.packages, ARCHES)
    return {
        name: unit
        for name, unit in catalog.packages.items()
        if unit.value.build.place == "root" and arch in arches[name]
    }


def as_by_default(graph: Graph) -> set[str]:
    """The packages of the root whose options, and those of all that they are linked with, are as they are by default.

    A row is for those: it may need what another value leaves out.
    """
    changed = {
        node.key for node in graph if any(dict(node.options)[one.name] != one.preset for one in node.unit.value.options)
    }
    return {
        node.unit.name for node in graph.in_root if not changed & {node.key, *(one.key for one in graph.linked(node))}
    }


@dataclass(frozen=True)
class Proof:
    """What the rows of an image said: the verdict of each, and the console; and what the image was."""

    config: Config
    made: Path
    verdicts: Mapping[str, str]
    console: str

    def check(self) -> None:
        """Fail if a row did."""
        failed = [name for name, verdict in self.verdicts.items() if verdict != "ok"]
        assert not failed, self.console[-20000:]

    def record(self, checkout: Path, catalog: Catalog) -> None:
        """Write down what passed, with the sizes of the image, and make the page of packages anew."""
        sizes = dict(line.split("\t")[::-1] for line in (self.made / "sizes.txt").read_text().splitlines())
        today, kernel = f"{datetime.now(UTC):%Y-%m-%d}", self.config.series.value.version
        arch, mode = self.config.arch.name, self.config.mode.name
        passed = [
            Seen(name, arch, catalog.packages[name].value.version, int(sizes[name]), today, kernel, mode)
            for name, verdict in self.verdicts.items()
            if verdict == "ok"
        ]
        write_seen(checkout, passed, set(self.verdicts) - {one.package for one in passed}, arch)
        (checkout / "docs/packages.md").write_text(f"{packages_page(catalog, read_seen(checkout))}\n")


def prove(
    lines: Iterable[str],
    scons: Scons,
    console_of: Callable[..., Console],
    folder: Path,
    asking: Iterable[str] = (),
    board: str = "qemu_x86_64",
) -> Proof:
    """Build an image with the packages that lines of a configuration select, boot it, and have each row speak.

    The kernel has what the packages `asking` need, too.
    """
    catalog = load_catalog(ROOT)
    tree, fragment, more = folder / "tree", folder / "packages.config", folder / "rows.config"
    fragment.write_text("".join(f"{line}\n" for line in lines))
    config = configure(catalog, ROOT, folder / "generated", Request(board, fragments=[fragment]))
    rows = sorted(name for name in as_by_default(config.graph) if TEST in catalog.packages[name].files)
    # With what a row calls comes no further row: that one might call others.
    called = "".join(f"CONFIG_{symbol('PACKAGE', name)}=y\n" for name in sorted(companions(catalog, rows)))
    more.write_text(called)
    config = configure(catalog, ROOT, folder / "generated", Request(board, fragments=[fragment, more]))
    names = sorted({*(node.unit.name for node in config.graph.in_root), *asking})
    asked = [one for name in names for one in (*catalog.packages[name].value.kernel, *KERNEL_OF.get(name, ()))]
    write_tree(catalog, rows, tree, [*KERNEL, *asked])
    more.write_text(f"{called}CONFIG_PACKAGE_PACKAGETEST=y\n")
    made = ROOT / OUTPUT / board
    scons(
        *(f"BOARD={board}", "KERNEL=6.12", "BOOT=nullfs", f"OUTPUT={OUTPUT}", f"EXTERNAL={tree}"),
        *(f"CONFIG={fragment},{more}", "boot-files", f"{OUTPUT}/{board}/sizes.txt"),
    )
    guest = Guest(
        *(config.arch.qemu, config.emulation, max(MEMORY, config.memory)),
        kernel=made / "kernel",
        initrd=made / "images" / "rootfs.cpio.zst",
        emulators=emulators(),
    )
    console = console_of(guest, "leafroot.packagetest")
    console.expect(END, timeout=120.0 + 300.0 * len(rows))
    found = verdicts(console.seen)
    assert sorted(found) == rows, console.seen[-3000:]
    return Proof(config, made, found, console.seen)


def companions(catalog: Catalog, rows: Iterable[str]) -> set[str]:
    """The packages that rows name as those that they call."""
    texts = ((catalog.packages[name].directory / TEST).read_text() for name in rows)
    return {name for text in texts for line in _WITH.findall(text) for name in line.split()}


def write_tree(catalog: Catalog, names: Iterable[str], folder: Path, kernel: Iterable[str]) -> None:
    """Write an external tree whose package `packagetest` has the rows of the packages, and the runner.

    It asks the kernel for the options `kernel`.
    """
    package = folder / "package" / "packagetest"
    rows, start = package / "files/usr/libexec/packagetest", package / "files/etc/init.d"
    for each in (rows, start):
        each.mkdir(parents=True)
    for name in sorted(names):
        shutil.copy(catalog.packages[name].directory / TEST, rows / name)
    programs = package / "files/usr/libexec/packagetest-programs"
    programs.mkdir()
    for name, text in _PROGRAMS.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    runner = start / "S97packagetest"
    runner.write_text(_RUNNER)
    runner.chmod(0o755)
    (package / "package.py").write_text(
        '"""Rows of the table of packages."""\n'
        "from leafroot import Files, Package\n"
        f'package = Package(version="1", license="Apache-2.0", build=Files(), kernel={list(dict.fromkeys(kernel))!r})\n'
    )


def verdicts(printed: str) -> dict[str, str]:
    """What the runner printed of each row: its package, and "ok" or "not ok"."""
    part = printed.replace("\r", "").partition(BEGIN)[2]
    return {name: verdict for verdict, name in _RESULT.findall(part)}
