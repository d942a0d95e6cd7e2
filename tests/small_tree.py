# SPDX-License-Identifier: Apache-2.0
"""A small made-up checkout with the real configs/Kconfig, for tests to change and to break."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import leafroot
from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.units.catalog import Catalog, load_catalog

CHECKOUT = Path(__file__).resolve().parents[1]


def in_root(config: Config) -> list[str]:
    """The names of the packages that go into the root, in the order in which they are built."""
    return [node.unit.name for node in config.graph.in_root]


class Code(str):
    """The value of a field as its author wrote it: Code('[Option("tls", "TLS")]')."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def package(doc: str = "Something.", build: str = "Autotools()", **fields: object) -> str:
    """The text of a package.py."""
    values = {"version": "1.0", "license": "MIT", "build": Code(build), **fields}
    more = "".join(f"    {name}={value!r},\n" for name, value in values.items())
    return f'"""{doc}"""\n\nfrom leafroot import {", ".join(leafroot.__all__)}\n\npackage = Package(\n{more})\n'


def board(doc: str = "A board.", **fields: object) -> str:
    """The text of a board.py: series 6.12, mode nullfs, package alpha, unless fields say otherwise."""
    series = fields.pop("series", "6.12")
    values = {
        "arch": "x86_64",
        "console": "ttyS0",
        "boot": "nullfs",
        "memory": 64,
        "packages": ["alpha"],
        **fields,
    }
    more = "".join(f"    {name}={value!r},\n" for name, value in values.items())
    return (
        f'"""{doc}"""\n\nfrom leafroot import Board, Kernel\n\n'
        f"board = Board(\n    kernel=Kernel({series!r}, config=[]),\n{more})\n"
    )


def series(version: str, *modes: str) -> str:
    """The text of a kernel.py; `modes` are what its patches bring."""
    return (
        f'"""Linux {version}."""\n\nfrom leafroot import Archive, Series\n\n'
        f'kernel = Series(\n    version="{version}",\n'
        f'    archive=Archive("https://kernel.example/linux-{{version}}.tar.xz", sha256="{"0" * 64}"),\n'
        f"    modes={list(modes)!r},\n)\n"
    )


PATCH = "What it is for.\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"

UNITS = {
    "package/alpha/package.py": package("First."),
    "package/beta/package.py": package("Second.", depends=["alpha"]),
    "package/gamma/package.py": package("Third, in C++.", languages=["c++"]),
    "package/gcc/package.py": package("Compiler.", build="ToolchainPart()"),
    "board/one/board.py": board("Board number one."),
    "board/two/board.py": board("Board number two.", series="7.2", packages=["beta"]),
    "linux/config/initramfs.config": "",
    "linux/config/system.config": "",
    "linux/6.1/kernel.py": series("6.1.100", "leaf-tmpfs"),
    "linux/6.1/patches/0001.patch": PATCH,
    "linux/6.12/kernel.py": series("6.12.107", "nullfs", "leaf-tmpfs"),
    "linux/6.12/patches/0001.patch": PATCH,
    "linux/6.12/patches/0002.patch": PATCH,
    "linux/7.2/kernel.py": series("7.2.8", "leaf-tmpfs"),
    "linux/7.2/patches/0001.patch": PATCH,
}


class SmallTree:
    """The checkout below `root`; `files` come on top of UNITS, and None takes one away."""

    def __init__(self, root: Path, files: Mapping[str, str | None] = {}) -> None:
        self.root = root
        self.write({"configs/Kconfig": (CHECKOUT / "configs/Kconfig").read_text(), **UNITS})
        self.write(files)

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            elif isinstance(text, bytes):
                file.write_bytes(text)
            else:
                file.write_text(text)

    def catalog(self, *external: str) -> Catalog:
        return load_catalog(self.root, [Path(name) for name in external])

    def configure(
        self, board: str = "one", external: tuple[str, ...] = (), overlays: Sequence[str] = (), **options: Any
    ) -> Config:
        return configure(
            self.catalog(*external), self.root, self.root / "generated", Request(board, **options), overlays
        )

    def arguments(self, board: str = "one", **options: Any) -> tuple[Catalog, Path, Path, Request]:
        """What the functions of leafroot/kconfig/edit.py take."""
        return self.catalog(), self.root, self.root / "generated", Request(board, **options)
