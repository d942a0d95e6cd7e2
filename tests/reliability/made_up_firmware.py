# SPDX-License-Identifier: Apache-2.0
"""A made-up checkout that builds a whole image in seconds: all is real but the kernel, the libc and the programs.

Its archives are noise that does not compress, so that fetching, unpacking, packing and storing take some time too.
"""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.made_up_tools import TUPLE, lay_build_root, lay_compiler

ROOT = Path(__file__).parents[2]

_KERNEL_MAKEFILE = """\
headers:
	mkdir -p $(O)/usr/include/linux
	echo '#define VERSION 1' >$(O)/usr/include/linux/version.h
%config:
	touch $(O)/.config
bzImage:
	mkdir -p $(O)/arch/x86/boot
	cp noise $(O)/vmlinux.o
	cat README noise $(O)/root.cpio.zst >$(O)/arch/x86/boot/bzImage
"""
_KERNEL_PATCH = """\
Something to patch.

--- a/README
+++ b/README
@@ -1 +1 @@
-A kernel.
+A kernel, patched.
"""
_MUSL_MAKEFILE = """\
all:
	$(CC) -shared -o libc.so
install: all
	install -D -m 755 libc.so $(DESTDIR)/usr/lib/libc.so
	mkdir -p $(DESTDIR)/lib
	echo '#!/bin/sh' >init
	install -D -m 755 init $(DESTDIR)/sbin/init
	install -D -m 755 init $(DESTDIR)/bin/sh
"""
_PACKAGE_MAKEFILE = """\
all:
	sleep 0.1
	sha256sum $(SRC)/noise | cut -c1-64 >sum
	cat sum $(wildcard /sysroot/usr/share/*/noise) >whole
	sleep 0.1
install:
	install -D -m 644 $(SRC)/noise $(DESTDIR)/usr/share/{name}/noise
	install -D -m 644 whole $(DESTDIR)/usr/share/{name}/whole
"""
_PACKAGE = """\
\"\"\"Package {name}.\"\"\"

from leafroot import Archive, Make, Package

package = Package(
    version="1",
    license="MIT",
    archive=Archive("file:{archive}", sha256="{sha256}"),
    build=Make(),
    depends={depends},
)
"""
_MUSL = """\
\"\"\"C library.\"\"\"

from leafroot import Archive, Package, ToolchainPart

package = Package(
    version="1", license="MIT", archive=Archive("file:{archive}", sha256="{sha256}"), build=ToolchainPart()
)
"""
_SERIES = """\
\"\"\"A kernel.\"\"\"

from leafroot import Archive, Series

kernel = Series(version="6.12.1", archive=Archive("file:{archive}", sha256="{sha256}"), modes=["nullfs"])
"""
_BOARD = """\
\"\"\"A board.\"\"\"

from leafroot import Board, Kernel

board = Board(
    arch="x86_64", kernel=Kernel("6.12", config=[], shared=[]), console="ttyS0", boot="nullfs", memory=256,
    packages=["alpha", "beta", "gamma", "delta"],
)
"""
_DEFCONFIG = "CONFIG_BOARD_LITTLE=y\nCONFIG_SYSTEM_ROOT_PASSWORD_LESS=y\nCONFIG_IMAGE_ZSTD_LEVEL=1\n"
_WORDS = """\
\"\"\"Words of our own.\"\"\"

from leafroot import Make, Package

package = Package(version="1", license="MIT", build=Make(), depends=["alpha"])
"""
_WORDS_MAKEFILE = """\
all:
	cat $(SRC)/words /sysroot/usr/share/alpha/whole >words
install:
	install -D -m 644 words $(DESTDIR)/usr/share/words
"""
SIZES = {"linux": 3_000_000, "musl": 100_000, "alpha": 1_500_000, "beta": 1_000_000, "gamma": 500_000}
"""Bytes of noise in each archive."""


@dataclass
class Firmware:
    """A made-up checkout, and where its archives and its compiler are found."""

    tree: Path
    archives: Path
    compiler: Path
    sums: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The words to build it with."""
        return ["BOARD=little", f"PRIMARY_MIRROR={self.archives}"]

    @property
    def toolchain(self) -> str:
        """The lines of a configuration that select its compiler."""
        return f'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="{self.compiler}"\n'

    @property
    def target(self) -> str:
        """The folder below OUTPUT of what its compiler compiles."""
        key = hashlib.sha256(f"{self.compiler}/{TUPLE}".encode()).hexdigest()[:6]
        return f"x86_64-leafroot-linux-musl-external-{key}"

    @property
    def words_file(self) -> Path:
        """A source file that tests change."""
        return self.tree / "package/delta/src/words"

    def archive(self, name: str) -> Path:
        return self.archives / f"{name}.tar.gz"


def make_firmware(place: Path) -> Firmware:
    firmware = Firmware(place / "checkout", place / "archives", place / "compiler")
    firmware.archives.mkdir(parents=True)
    shutil.copytree(ROOT / "leafroot", firmware.tree / "leafroot", ignore=shutil.ignore_patterns("tools"))
    files = {
        "SConstruct": (ROOT / "SConstruct").read_text(),
        "requirements.txt": (ROOT / "requirements.txt").read_text(),
        "configs/Kconfig": (ROOT / "configs/Kconfig").read_text(),
        "leafroot/tools/kconfig-check/Makefile": "kconfig-check:\n\tcp /bin/true $@\n",
        "leafroot/tools/kconfig-check/check.c": "",
        "leafroot/tools/find-object/find-object.c": "",
        "leafroot/tools/strip-tree/strip-tree.sh": ":\n",
        **{f"leafroot/tools/root-slot/{name}": "" for name in ("deflate.c", "deflate.h", "slot-gzip.c")},
        "leafroot/tools/root-slot/Makefile": "slot-gzip:\n\ttouch $@\n",
        "leafroot/tools/root-slot/make-slot.sh": (ROOT / "leafroot/tools/root-slot/make-slot.sh").read_text(),
        "board/little/board.py": _BOARD,
        "configs/little_defconfig": _DEFCONFIG + firmware.toolchain,
        "linux/6.12/kernel.py": _SERIES.format(
            **_pack(firmware, "linux", Makefile=_KERNEL_MAKEFILE, README="A kernel.\n")
        ),
        "linux/6.12/patches/0001.patch": _KERNEL_PATCH,
        "linux/config/initramfs.config": "",
        "package/musl/package.py": _MUSL.format(
            **_pack(firmware, "musl", configure="#!/bin/sh\ncp /src/Makefile .\n", Makefile=_MUSL_MAKEFILE)
        ),
        "package/delta/package.py": _WORDS,
        "package/delta/src/words": "first\n",
        "package/delta/src/Makefile": _WORDS_MAKEFILE,
    }
    for name, depends in (("alpha", []), ("beta", ["alpha"]), ("gamma", [])):
        packed = _pack(firmware, name, Makefile=_PACKAGE_MAKEFILE.replace("{name}", name))
        files[f"package/{name}/package.py"] = _PACKAGE.format(name=name, depends=depends, **packed)
    lay_build_root(firmware.tree, firmware.archives)
    lay_compiler(firmware.compiler)
    for name, text in files.items():
        file = firmware.tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return firmware


def _pack(firmware: Firmware, name: str, **texts: str) -> dict[str, str]:
    file = firmware.archive(name)
    contents = {text: content.encode() for text, content in texts.items()}
    contents["noise"] = random.Random(name).randbytes(SIZES[name])
    # Many small files as well: each is a moment of its own.
    contents |= {f"more/{number}": random.Random(number).randbytes(500) for number in range(200)}
    with tarfile.open(file, "w:gz", compresslevel=1) as tar:
        for path, content in contents.items():
            member = tarfile.TarInfo(f"{name}-1/{path}")
            member.size = len(content)
            member.mode = 0o755 if path == "configure" else 0o644
            tar.addfile(member, io.BytesIO(content))
    firmware.sums[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"archive": str(file), "sha256": firmware.sums[name]}
