# SPDX-License-Identifier: Apache-2.0
"""A copy of the checkout to change things in, built with caches that are known to hold what they should and no more."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.real_builds import CALLERS_CACHE, DEBIAN_X86_64, scons, sha256

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TARGETS = {"source": "x86_64-leafroot-linux-musl", "debian": DEBIAN_X86_64}
BOARD = "qemu_x86_64"

_COPIED = (
    "SConstruct",
    "LICENSE",
    "requirements.txt",
    "leafroot",
    "package",
    "board",
    "buildroots",
    "linux",
    "configs",
)
# What takes long, and is another test's: the kernel, of which what is compiled depends on its configuration's bytes.
COMPILED = ("linux.tar.zst",)
KERNEL = ("linux.config", *COMPILED, "kernel-with-slot")
# Who is to do one of these anew links anew.
LINKS = frozenset({"linux configuration", "kernel with a slot for the root"})
_LINE = re.compile(r"^  (\S.*?) +[\d.]+ s(, from the cache)?$")
_VERSION = re.compile(r" \d[\w.]*")
# In the name of an output: the digest of the values of its package's options.
_OPTIONS = re.compile(r"-[0-9a-f]{8}$")


@dataclass(frozen=True)
class Done:
    """What a build did: the steps that were built, those that came from the cache, and all that it printed."""

    built: frozenset[str]
    cached: frozenset[str]
    printed: str


@dataclass
class Workbench:
    """A tree to change, a cache of its own, and an output folder that is kept from one build to the next.

    `targets` are what is built; without any, all that the board has. Busybox has few applets in it.
    Downloads and unpacked trees are those of the caller's cache, and artefacts are not, but for the first build's.
    """

    folder: Path
    toolchain: str = "debian"
    targets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for tree in (self.pristine, self.tree):
            tree.mkdir(parents=True)
            for source in (*(ROOT / name for name in _COPIED), HERE / "external"):
                if source.is_dir():
                    ignore = shutil.ignore_patterns("__pycache__")
                    shutil.copytree(source, tree / source.name, symlinks=True, ignore=ignore)
                else:
                    shutil.copy(source, tree)
            shutil.copy(HERE / "small-busybox.config", tree / "package/busybox/small.config")
            self._write_inputs(tree)

    def _write_inputs(self, tree: Path) -> None:
        for path, text, mode in (
            (
                "rebuild.config",
                "CONFIG_PACKAGE_ASKS=y\nCONFIG_PACKAGE_CATATONIT=y\nCONFIG_PACKAGE_BUSYBOX_SIZE_SMALL=y\n",
                0o644,
            ),
            ("overlay/etc/motd", "welcome\n", 0o644),
            ("overlay/usr/bin/hello", "#!/bin/sh\necho hello\n", 0o755),
        ):
            file = tree / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(mode)

    @property
    def pristine(self) -> Path:
        """The tree as it was."""
        return self.folder / "pristine"

    @property
    def tree(self) -> Path:
        """The tree that changes are made in."""
        return self.folder / "tree"

    @property
    def output(self) -> Path:
        """The output folder of all builds that follow on one another."""
        return self.folder / "output"

    @property
    def cache(self) -> Path:
        """The cache of these builds, which their own steps alone fill."""
        return self.folder / "cache"

    def begin(self) -> None:
        """Build the tree as it is, with the caller's cache, and put what was made into ours."""
        self._make_cache(self.cache)
        self.run(self.output, None)
        self._take_over(CALLERS_CACHE, self.cache, set(made(self.output).values()))

    def restore(self) -> None:
        """Undo all changes; whatever was changed has a new time."""
        here, there = (dict(_entries(tree)) for tree in (self.pristine, self.tree))
        for name in there.keys() - here.keys():
            (self.tree / name).unlink()
        for name, what in here.items():
            if there.get(name) != what:
                (self.tree / name).unlink(missing_ok=True)
                shutil.copy(self.pristine / name, self.tree / name, follow_symlinks=False)

    def build(self, variables: Mapping[str, str] | None = None) -> Done:
        """Build once more in the same output folder."""
        return self.run(self.output, self.cache, variables=variables)

    def build_from_nothing(
        self, touched: frozenset[str], variables: Mapping[str, str] | None = None
    ) -> tuple[Path, Done]:
        """Build into a new folder, with a cache that has nothing of what is `touched`, nor of any root or image.

        Artefacts of the toolchain and of other packages may be those that were there, and so may the compiled kernel.
        """
        output, cache = self.folder / "new-output", self.folder / "new-cache"
        for folder in (output, cache):
            shutil.rmtree(folder, ignore_errors=True)
        self._make_cache(cache)
        allowed = {
            sha256(file)
            for folder in (TARGETS[self.toolchain], "host")
            for file in (self.output / folder).glob("*.tar.zst")
            if _OPTIONS.sub("", file.name.removesuffix(".tar.zst")) not in touched
        }
        kernel = COMPILED if touched & LINKS else KERNEL
        allowed |= {sha256(self.output / BOARD / name) for name in kernel if (self.output / BOARD / name).exists()}
        self._take_over(self.cache, cache, allowed)
        return output, self.run(output, cache, variables=variables)

    def explain(self, name: str, variables: Mapping[str, str] | None = None) -> str:
        """What `explain=` says of a step."""
        return self.run(self.output, self.cache, f"explain={name}", variables=variables, targets=()).printed

    def run(
        self,
        output: Path,
        cache: Path | None,
        *words: str,
        variables: Mapping[str, str] | None = None,
        targets: tuple[str, ...] | None = None,
        status: int = 0,
    ) -> Done:
        """Call scons as people do."""
        settings = {
            "BOARD": BOARD,
            "TOOLCHAIN": self.toolchain,
            "EXTERNAL": f"{self.tree}/external",
            "OVERLAY": f"{self.tree}/overlay",
            "CONFIG": f"{self.tree}/rebuild.config",
            "OUTPUT": str(output),
            **({"CACHE": str(cache)} if cache else {}),
            **(variables or {}),
        }
        said = [f"{name}={value}" for name, value in settings.items()]
        wanted = [str(output / name) for name in (self.targets if targets is None else targets)]
        printed = scons(self.tree, *said, *wanted, *words, status=status)
        lines = [match for line in printed.splitlines() if (match := _LINE.match(line))]
        return Done(
            frozenset(_VERSION.sub("", match[1]) for match in lines if not match[2]),
            frozenset(_VERSION.sub("", match[1]) for match in lines if match[2]),
            printed,
        )

    def _make_cache(self, cache: Path) -> None:
        (cache / "artefacts").mkdir(parents=True)
        for name in ("dl", "trees"):
            ours = CALLERS_CACHE / name
            ours.mkdir(parents=True, exist_ok=True)
            # Trees are made of hard links, which do not lead from one mount to another.
            if name == "dl" or _links_lead(ours, cache):
                (cache / name).symlink_to(ours)

    def _take_over(self, cache: Path, ours: Path, allowed: set[str]) -> None:
        """Put the artefacts with these SHA-256, which their names end with, from one cache into another."""
        for file in (cache / "artefacts").glob("*/*-*"):
            place = ours / "artefacts" / file.parent.name / file.name
            if file.name.rpartition("-")[2] in allowed and not place.exists():
                place.parent.mkdir(exist_ok=True)
                shutil.copy2(file, place)


def _links_lead(source: Path, target: Path) -> bool:
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        file = Path(folder) / "file"
        file.touch()
        try:
            os.link(file, target / "probe")
        except OSError:
            return False
    (target / "probe").unlink()
    return True


def made(output: Path) -> dict[str, str]:
    """The SHA-256 of each artefact and image in an output folder."""
    folders = (output / name for name in ("host", *TARGETS.values(), BOARD, f"{BOARD}/images"))
    files = [file for folder in folders if folder.is_dir() for file in folder.iterdir() if file.is_file()]
    return {str(file.relative_to(output)): sha256(file) for file in files}


def _entries(tree: Path) -> Iterator[tuple[str, object]]:
    for folder, _, names in os.walk(tree):
        if folder.endswith("__pycache__"):
            continue
        for name in names:
            path = Path(folder) / name
            what = path.readlink() if path.is_symlink() else (path.stat().st_mode, path.read_bytes())
            yield str(path.relative_to(tree)), what
