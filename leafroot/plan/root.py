# SPDX-License-Identifier: Apache-2.0
"""The root of a board: its layers are merged, checked and packed; and the files that the configuration writes.

These are /init, accounts, names and the console.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leafroot.describe.board import DEFAULT_ROOT_SIZE, root_room
from leafroot.describe.bootmode import BootMode
from leafroot.describe.package import Package
from leafroot.describe.parameters import split_parameters
from leafroot.describe.unit import Unit
from leafroot.graph import Key
from leafroot.kconfig.config import Config
from leafroot.own.image import SizeSlot
from leafroot.own.root import CheckElf, CompressRoot, LayerInput, ListLeftOut, ListSizes, WriteRoot
from leafroot.plan.cmdline import command_line
from leafroot.plan.toolchain.compiler import Toolchain
from leafroot.step import SOURCE_DATE_EPOCH, AnyInput, Artefact, Output, Overlay, Step

# Files of artefacts that are for compilers and people, not for the running system: regular expressions for paths of
# the root. They go by the place and not by the name alone: programs load BPF objects (*.o) and firmware (*.a) when they
# run, and Python reads the header pyconfig.h.
DEVELOPMENT = (
    r"usr/(local/)?include(?!/python[^/]*(/pyconfig\.h)?\Z)(/.*)?",
    r"(usr/(local/)?)?lib(32|64)?/[^/]+\.(a|la|o)",
    r"usr/(local/)?(lib|share)/(aclocal|cmake|pkgconfig)(/.*)?",
)


@dataclass(frozen=True)
class RootPlan:
    """The steps that make a root: the archive, the check of its programs, the compressed archive, the slot's size.

    `left_out` lists what artefacts hold and the root does not, `sizes` how much of the root each package takes; they
    are made only for those who ask for them.
    """

    archive: Step
    elf: Step
    packed: Step
    slot: Step
    left_out: Step
    sizes: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, each after those that it reads."""
        return (self.archive, self.elf, self.packed, self.slot, self.left_out, self.sizes)


def plan_root(config: Config, toolchain: Toolchain, built: Mapping[Key, Step]) -> RootPlan:
    """The steps that write the root as a cpio archive, check its programs, compress it, and compute its slot's size."""
    inputs, layers = _layers(config, toolchain, built)
    contents: dict[str, Any] = {
        "layers": layers,
        "leave": DEVELOPMENT,
        "directories": DIRECTORIES,
        "devices": DEVICES,
        "files": system_files(config),
        "accounts": tuple(
            (one.name, one.uid, one.home, one.shell)
            for node in config.graph.in_root
            for one in node.unit.value.accounts
        ),
        "root_password": config.root_password,
    }
    folder, arch = config.name, config.arch
    archive = Step(
        title="root",
        output=Output(f"{folder}/rootfs.cpio"),
        inputs=inputs,
        own=WriteRoot(**contents, mtime=SOURCE_DATE_EPOCH, start=_process_1(config)),
    )
    elf = Step(
        title="ELF checks",
        output=Output(f"{folder}/elf.json"),
        inputs=inputs,
        own=CheckElf(
            **contents,
            machine=arch.elf_machine,
            elf_class=arch.elf_class,
            flags=arch.elf_flags,
            little_endian=arch.little_endian,
            interpreter=arch.interpreter,
            require=tuple(sorted(config.board.value.require)),
            declared=tuple((name, tuple(sorted(names))) for name, names in config.graph.declared().items()),
        ),
    )
    packed = Step(
        title="root, compressed",
        output=Output(f"{folder}/images/rootfs.cpio.zst"),
        inputs=(Artefact("root", archive.output),),
        own=CompressRoot(
            level=config.compression,
            where=config.described_in,
            memory=config.memory,
            room=root_room(config.root_size or DEFAULT_ROOT_SIZE, config.memory),
        ),
    )
    slot = Step(
        title="size of the root's slot",
        output=Output(f"{folder}/slot-size"),
        inputs=(Artefact("root", packed.output),),
        own=SizeSlot(),
        cached=False,
    )
    left_out = Step(
        title="left out of the root",
        output=Output(f"{folder}/left-out.txt"),
        inputs=inputs,
        own=ListLeftOut(layers=layers, leave=DEVELOPMENT),
        cached=False,
    )
    sizes = Step(
        title="sizes of packages in the root",
        output=Output(f"{folder}/sizes.txt"),
        inputs=inputs,
        own=ListSizes(**contents, packages=tuple(_owners(config))),
        cached=False,
    )
    return RootPlan(archive, elf, packed, slot, left_out, sizes)


def _owners(config: Config) -> Iterator[tuple[str, str]]:
    """The layers of each package: what it is built as, and its folder of files."""
    for node in config.graph.in_root:
        yield node.unit.name, node.unit.name
        yield node.unit.known_as("files"), node.unit.name


def _process_1(config: Config) -> str:
    """The path that the kernel starts as process 1: /init, or what the last rdinit= of its command line says."""
    starts = [
        word.removeprefix("rdinit=/") for word in split_parameters(command_line(config)) if word.startswith("rdinit=/")
    ]
    return starts[-1] if starts else "init"


def _layers(
    config: Config, toolchain: Toolchain, built: Mapping[Key, Step]
) -> tuple[tuple[AnyInput, ...], tuple[LayerInput, ...]]:
    """The inputs of the layers, and the description of each layer."""
    inputs: list[AnyInput] = [Artefact("musl", toolchain.libc)]
    layers = [LayerInput("musl", "musl")]
    if toolchain.libstdcxx:
        inputs.append(Artefact("libstdc++", toolchain.libstdcxx))
        layers.append(LayerInput("libstdc++", "libstdc++"))
    for node in config.graph.in_root:
        unit, replaces = node.unit, tuple(sorted(node.unit.value.replaces))
        if node.key in built:
            inputs.append(Artefact(unit.name, built[node.key].output))
            layers.append(LayerInput(unit.name, unit.name, replaces, gives_way=unit.value.gives_way))
        if listing := config.files.get(unit.name):
            at = unit.known_as("files")
            inputs.append(Overlay(at, listing))
            layers.append(LayerInput(at, at, replaces, without=_of_others(config, unit)))
    for number, listing in enumerate(config.overlays, 1):
        # Outside of the checkout, a path depends on this machine: it is for messages only, and must not count.
        inside = not listing.folder.startswith("/")
        at = listing.folder if inside else f"overlay {number}"
        inputs.append(Overlay(at, listing))
        layers.append(LayerInput(f"overlay {at}" if inside else "", at, override=True))
    return tuple(inputs), tuple(layers)


def _of_others(config: Config, unit: Unit[Package]) -> tuple[str, ...]:
    """The paths of a package's files for roles that another package has."""
    return tuple(path for role, paths in unit.value.roles.items() if config.roles[role] != unit.name for path in paths)


_INIT = """\
#!/bin/sh
# Process 1 of the initramfs, boot mode {mode}: the file systems that everything needs, then init.
mount -t devtmpfs -o nosuid,noexec,mode=0755 devtmpfs /dev
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
{check}# Without a driver that is its console, the kernel has none to open; people may still log in elsewhere.
console=/dev/console
(: <$console) 2>/dev/null || console=/dev/null
exec /sbin/init <$console >$console 2>&1
"""

_CHECK = """\
# The kernel goes on with plain rootfs if it could not do what it was asked for: say so before anything relies on it.
while read -r id parent device root point rest; do
    [ "$point" = / ] && break
done </proc/self/mountinfo
case "$id $parent,${{rest##* - }}" in
{pattern}) ;;
*) echo "leafroot: boot mode {mode} was asked for, but / is ${{rest##* - }}" >/dev/console ;;
esac
"""

_INITTAB = """\
# busybox init: what runs when
::sysinit:/etc/init.d/rcS
{logins}
::ctrlaltdel:/sbin/reboot
::shutdown:/etc/init.d/rcK
"""

_ISSUE_OPEN = "Leafroot, {board}. Log in as root; no password is asked for on this console.\n\n"
_ISSUE_CLOSED = "Leafroot, {board}.\n\n"


def init_script(mode: BootMode) -> str:
    """/init, which also checks that the kernel mounted the root as the boot mode says."""
    check = _CHECK.format(mode=mode.name, pattern=mode.mountinfo) if mode.can_pivot else ""
    return _INIT.format(mode=mode.name, check=check)


def system_files(config: Config) -> tuple[tuple[str, int, str], ...]:
    """The files of the root that the configuration writes: (path, mode, text)."""
    logins = "\n".join(f"{console.device}::respawn:{' '.join(console.getty)}" for console in config.consoles)
    issue = _ISSUE_CLOSED if config.root_password else _ISSUE_OPEN
    return (
        ("etc/hostname", 0o644, f"{config.hostname}\n"),
        ("etc/hosts", 0o644, f"127.0.0.1\tlocalhost\n127.0.1.1\t{config.hostname}\n"),
        ("etc/inittab", 0o644, _INITTAB.format(logins=logins)),
        ("etc/issue", 0o644, issue.format(board=config.name)),
        ("etc/leafroot/boot-mode", 0o644, f"{config.mode.name}\n"),
        ("etc/os-release", 0o644, f'NAME=Leafroot\nID=leafroot\nPRETTY_NAME="Leafroot ({config.name})"\n'),
        ("init", 0o755, init_script(config.mode)),
    )


# Without /dev/console in the root, process 1 gets no console: the kernel opens it before anything is mounted
# (console_on_rootfs in init/main.c). All other nodes come from devtmpfs.
DEVICES: tuple[tuple[str, int, int, int], ...] = (("dev/console", 5, 1, 0o600), ("dev/null", 1, 3, 0o666))

# (path, mode)
DIRECTORIES: tuple[tuple[str, int], ...] = (
    ("dev", 0o755),
    ("mnt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("var/log", 0o755),
)
