# SPDX-License-Identifier: Apache-2.0
"""The table: what people change, which steps have to be done again for it, and what `explain=` says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = frozenset({"root", "ELF checks"})
PACKED = ROOT | {"root, compressed"}
SLOT = frozenset({"size of the root's slot"})
IMAGE = SLOT | {"image bzImage", "manifest"}
NOT_CACHED = SLOT | {"image bzImage"}
COMPILED = frozenset({"linux"})
LINKED = frozenset({"kernel with a slot for the root"})
NOTHING: frozenset[str] = frozenset()
KERNEL = COMPILED | LINKED | {"linux configuration", "image bzImage", "manifest"}
DIGEST = r"[0-9a-f]{12} -> [0-9a-f]{12}"

PATCH = """\
SPDX-License-Identifier: GPL-2.0-or-later

Another word in the usage, for a test.

--- a/catatonit.c
+++ b/catatonit.c
@@ -95,3 +95,3 @@
 {
-	fprintf(stderr, "usage: %s [-ghLPV] [--] <progname> [<arguments>...]\\n", PROGRAM_NAME);
+	fprintf(stderr, "Usage: %s [-ghLPV] [--] <progname> [<arguments>...]\\n", PROGRAM_NAME);
 }
"""


@dataclass(frozen=True)
class Change:
    """A change of a tree, or of what is typed, and what must follow.

    `built` are the steps that are done again where the root alone is wanted, `also` those that are done besides where
    the image is. All others are not even looked at.

    `explains` maps steps to regular expressions, of which each has to match a line of what `explain=` says, and
    `explains_also` steps that only the image needs. `root` maps paths of the root to what must be found in them, None
    for a path that must not be there. A change that is about the kernel alone is none for the root (`kernel`).
    """

    what: str
    change: Callable[[Path], None] = lambda tree: None
    built: frozenset[str] = NOTHING
    also: frozenset[str] = NOTHING
    explains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    explains_also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: Mapping[str, bytes | None] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    kernel: bool = False

    def __str__(self) -> str:
        return self.what


def append(path: str, text: str) -> Callable[[Path], None]:
    """Add to the end of a file, or begin one."""

    def change(tree: Path) -> None:
        with (tree / path).open("a") as file:
            file.write(text)

    return change


def replace(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Put `new` where `old` stands in a file."""

    def change(tree: Path) -> None:
        text = (tree / path).read_text()
        assert old in text, f"{path} has no {old!r}"
        (tree / path).write_text(text.replace(old, new))

    return change


def all_of(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    """Several changes as one."""

    def change(tree: Path) -> None:
        for one in changes:
            one(tree)

    return change


def touch_all(tree: Path) -> None:
    """A new time for every file, as a fresh clone has it."""
    for file in tree.rglob("*"):
        if file.is_file() and not file.is_symlink():
            file.touch()


# The text of what is asked of a configuration names the place of each line.
LINE = r"'# at board/qemu_x86_64/linux\.config"
ASKED_OF_BUSYBOX = r"input /asked: line \d+, '' -> '# at package/busybox/small\.config:\d+'"

CHANGES = (
    Change(
        "a busybox option",
        append("package/busybox/small.config", "CONFIG_CAL=y\n"),
        built=PACKED | {"busybox"},
        also=IMAGE,
        explains={
            "busybox": (ASKED_OF_BUSYBOX,),
            "rootfs.cpio": (rf"artefact \S+/busybox-[0-9a-f]{{8}}\.tar\.zst: {DIGEST}", ASKED_OF_BUSYBOX),
        },
        root={"usr/bin/cal": b""},
    ),
    Change(
        "a patch added to a package",
        append("package/catatonit/patches/0002-usage.patch", PATCH),
        built=PACKED | {"catatonit"},
        also=IMAGE,
        explains={
            "catatonit": (
                r"input /src patches: 1 -> 2",
                r"file package/catatonit/patches/0002-usage\.patch: new, [0-9a-f]{12}",
            )
        },
        root={"usr/bin/catatonit": b"Usage: %s"},
    ),
    Change(
        "a package deselected",
        replace("rebuild.config", "CONFIG_PACKAGE_ASKS=y\n", ""),
        built=PACKED,
        # The root is so much smaller that its slot is, too.
        also=IMAGE | LINKED,
        explains={
            "rootfs.cpio": (
                r"artefact \S+/asks\.tar\.zst: [0-9a-f]{12} -> gone",
                r"parameter accounts asks: \[301,.*\] -> gone",
                r"parameter layers asks: .* -> gone",
            )
        },
        root={"usr/bin/asks": None, "etc/passwd": b"root:x:0:0"},
    ),
    Change(
        "a comment in a dependency's private file",
        append("package/argp/src/parse.c", "/* and no more */\n"),
        built=frozenset({"argp"}),
        also=frozenset({"manifest"}),
        explains={"argp": (rf"file package/argp/src/parse\.c: {DIGEST}",)},
    ),
    Change(
        "a comment in a dependency's header",
        append("package/argp/src/argp.h", "/* and no more */\n"),
        built=ROOT | {"argp", "asks"},
        also=frozenset({"manifest"}),
        explains={
            "asks": (
                rf"artefact \S+/argp\.tar\.zst: {DIGEST}",
                rf"file package/argp/src/argp\.h: {DIGEST}",
            )
        },
    ),
    Change(
        "a value in a dependency's header",
        replace("package/argp/src/argp.h", "#define OPTION_HIDDEN 0x2\n", "#define OPTION_HIDDEN 0x40\n"),
        built=PACKED | {"argp", "asks"},
        also=IMAGE,
        explains={"asks": (rf"artefact \S+/argp\.tar\.zst: {DIGEST}",)},
    ),
    Change(
        "a file of a package that is copied as it is",
        append("package/skeleton/files/etc/profile", "umask 022\n"),
        built=PACKED,
        also=IMAGE,
        explains={"rootfs.cpio": (rf"file package/skeleton/files/etc/profile: {DIGEST}",)},
        root={"etc/profile": b"umask 022\n"},
    ),
    Change(
        "the content of an overlay's file",
        append("overlay/etc/motd", "and good-bye\n"),
        built=PACKED,
        also=IMAGE,
        explains={
            "rootfs.cpio": (rf"file \S+/overlay/etc/motd: {DIGEST}",),
            "elf.json": (rf"file \S+/overlay/etc/motd: {DIGEST}",),
        },
        root={"etc/motd": b"and good-bye"},
    ),
    Change(
        "the mode of an overlay's file",
        lambda tree: (tree / "overlay/usr/bin/hello").chmod(0o644),
        built=PACKED,
        also=IMAGE,
        explains={"rootfs.cpio": (r"input overlay 1 usr/bin/hello: 0755 -> 0644",)},
    ),
    Change(
        "a file of an overlay removed",
        lambda tree: (tree / "overlay/etc/motd").unlink(),
        built=PACKED,
        also=IMAGE,
        explains={
            "rootfs.cpio": (
                r"file \S+/overlay/etc/motd: [0-9a-f]{12} -> gone",
                r"input overlay 1 etc/motd: 0644 -> gone",
            )
        },
        root={"etc/motd": None},
    ),
    Change(
        "a boot mode",
        variables={"BOOT": "leaf-tmpfs"},
        built=PACKED,
        # It is a word on the command line: no object of the kernel is compiled with it.
        also=IMAGE | LINKED,
        explains={"rootfs.cpio": (r"parameter files etc/leafroot/boot-mode: .*nullfs.* -> .*leaf-tmpfs",)},
        explains_also={
            "kernel-with-slot": (r"input /asked/board/qemu_x86_64/board\.py: line 2, .*nullfs_rootfs.* -> .*nonroot",)
        },
        root={"etc/leafroot/boot-mode": b"leaf-tmpfs\n"},
    ),
    Change(
        "a comment, a docstring, and another place of an archive",
        all_of(
            replace("package/busybox/package.py", 'Apache-2.0\n"""', 'Apache-2.0\n# A comment.\n"""Other words. '),
            replace("package/catatonit/package.py", 'Apache-2.0\n"""', 'Apache-2.0\n"""Other words. '),
            replace(
                "package/catatonit/package.py",
                '"debian:pool/main/c/catatonit/catatonit_{version}.orig.tar.gz"',
                '"https://x.invalid/x.tar.gz", "debian:pool/main/c/catatonit/catatonit_{version}.orig.tar.gz"',
            ),
            append("board/qemu_x86_64/board.py", "# a comment\n"),
        ),
    ),
    Change(
        "a package's licence, and where its text is",
        all_of(
            replace("package/busybox/package.py", 'license="GPL-2.0-only"', 'license="GPL-2.0-or-later"'),
            replace("package/busybox/package.py", '["LICENSE"]', '["LICENSE", "AUTHORS"]'),
        ),
        also=frozenset({"manifest"}),
        explains_also={"manifest.json": (r"parameter packages busybox: \S*GPL-2\.0-only\S* -> \S*GPL-2\.0-or-later",)},
    ),
    Change(
        "the text of a licence that lies among a package's sources",
        append("package/argp/src/LICENSE", "\n"),
        built=frozenset({"argp"}),
        also=frozenset({"manifest"}),
        explains={"argp": (rf"file package/argp/src/LICENSE: {DIGEST}",)},
    ),
    Change(
        "Leafroot's own code, where it plans, runs, packs and prints",
        all_of(
            *(
                append(f"leafroot/{name}.py", '\n\ndef added() -> None:\n    """Nobody calls it."""\n')
                for name in (
                    *("plan/packages", "plan/board", "plan/kernel", "plan/recipes/make", "graph", "step"),
                    *("build/executor", "archive/pack", "record/ledger", "app/scons"),
                )
            )
        ),
    ),
    Change(
        "Leafroot's own code that writes the root",
        append("leafroot/rootfs/cpio.py", "\n# a comment\n"),
        built=PACKED,
        also=IMAGE,
        explains={"rootfs.cpio": (rf"file leafroot/rootfs/cpio\.py: {DIGEST}",)},
    ),
    Change("the time of every file", touch_all),
    Change(
        "a comment in a fragment of the kernel's configuration",
        replace("board/qemu_x86_64/linux.config", "# SPDX", "# A comment.\n# SPDX"),
        also=frozenset({"linux configuration", "manifest"}),
        explains={"linux.config": (rf"input /asked: line \d+, {LINE}:\d+' -> {LINE}:\d+'",)},
        kernel=True,
    ),
    Change(
        "a comment in such a fragment that moves no other line",
        append("board/qemu_x86_64/linux.config", "# A comment.\n"),
        kernel=True,
    ),
    Change(
        "a word on the kernel's command line",
        append("rebuild.config", 'CONFIG_KERNEL_CMDLINE="quiet"\n'),
        also=LINKED | {"image bzImage", "manifest"},
        explains={"kernel-with-slot": (r'input /asked: line 3, .*_rootfs"\' -> .* quiet"',)},
        kernel=True,
    ),
    Change(
        "an option in a fragment of the kernel's configuration",
        append("board/qemu_x86_64/linux.config", "CONFIG_LOG_BUF_SHIFT=15\n"),
        also=KERNEL,
        explains={
            "linux.tar.zst": (
                rf"artefact qemu_x86_64/linux\.config: {DIGEST}",
                rf"input /asked: line \d+, .* -> {LINE}:\d+'",
            )
        },
        kernel=True,
    ),
)
