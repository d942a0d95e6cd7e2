# SPDX-License-Identifier: Apache-2.0
"""The variables of the command line: each is declared once, with its help and the check that reads its value."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from leafroot.app.folders import check_place
from leafroot.describe.archive import check_url, shown
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.errors import LeafrootError, nearest
from leafroot.kconfig.resolve import TOOLCHAINS

ACCELERATORS = ("tcg", "kvm")
JSON, MARKDOWN = "json", "markdown"


@dataclass(frozen=True)
class Word:
    """A variable as typed, NAME=VALUE; the value is empty for one that was not given."""

    name: str
    value: str
    checkout: Path

    def refused(self, message: str, hint: str = "", value: str | None = None) -> LeafrootError:
        """The error that refuses the value, or the part of it that is `value`."""
        return LeafrootError(message, f"{self.name}={self.value if value is None else value}", hint)

    def parts(self, separator: str) -> tuple[str, ...]:
        """The parts of a list; empty ones do not count."""
        return tuple(part for part in self.value.split(separator) if part)

    def paths(self, separator: str) -> tuple[str, ...]:
        """The parts of a list of paths, of which any may have the separator in its name.

        Where not every part exists, parts are joined, as few as possible, if then every path exists.
        """
        parts = self.value.split(separator)
        # The paths that the parts from each position on are; of several ways, the one with the shortest first path.
        ways: list[tuple[str, ...] | None] = [None] * len(parts) + [()]
        for start in reversed(range(len(parts))):
            for end in range(start + 1, len(parts) + 1):
                path, rest = separator.join(parts[start:end]), ways[end]
                # Not Path.exists(): that raises an error for a name that no file can have.
                if rest is not None and (not path or os.path.exists(self.checkout / path)):  # noqa: PTH110
                    ways[start] = (path, *rest) if path else rest
                    break
        return self.parts(separator) if ways[0] is None else ways[0]


def check_known(word: Word, kind: str, known: Iterable[str]) -> None:
    """Raise a LeafrootError, with the nearest name, if a value that was given is not one of those known."""
    names = list(known)
    if word.value and word.value not in names:
        raise word.refused(f"there is no {kind} {word.value!r}", nearest(word.value, names))


def _text(word: Word) -> str:
    return word.value


def _names(word: Word) -> tuple[str, ...]:
    return word.parts(",")


def _paths(word: Word) -> tuple[Path, ...]:
    return tuple(Path(part) for part in word.paths(":"))


def _folders(word: Word) -> tuple[str, ...]:
    return word.paths(":")


def _files(word: Word) -> tuple[Path, ...]:
    for part in word.paths(","):
        place = word.checkout / part
        if not place.exists():
            raise word.refused("there is no such file", value=part)
        if not place.is_file():
            raise word.refused("this is not a regular file", value=part)
    return tuple(Path(part) for part in word.paths(","))


def _switch(word: Word) -> bool:
    if word.value not in ("", "0", "1"):
        raise word.refused("the value is 0 or 1")
    return word.value == "1"


def _on_switch(word: Word) -> bool:
    return not word.value or _switch(word)


def _name(word: Word) -> str:
    if word.value and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}", word.value):
        raise word.refused("this is not a valid name", "A name has letters, digits and . _ + -.")
    return word.value


def _origin(word: Word) -> str:
    if word.value and not re.fullmatch(r"debian:[a-z0-9][a-z0-9.+-]*", word.value):
        raise word.refused("the value is debian: and a source package", "URL= names an archive of another place.")
    return word.value.removeprefix("debian:")


def _url(word: Word) -> str:
    if not word.value:
        return ""
    if not word.value.startswith(("https://", "http://", "file:")):
        raise word.refused("a URL begins with https://, http:// or file:", "FROM=debian:SOURCE takes Debian's archive.")
    check_url(word.value, f"{word.name}={shown(word.value)}")
    return word.value


def _boot_mode(word: Word) -> str:
    check_known(word, "boot mode", BOOT_MODES)
    return word.value


def _toolchain(word: Word) -> str:
    check_known(word, "toolchain", TOOLCHAINS)
    return word.value


def _accelerator(word: Word) -> str:
    check_known(word, "accelerator", ACCELERATORS)
    return word.value or ACCELERATORS[0]


def _mirrors(word: Word) -> tuple[str, ...]:
    """URLs; a folder is written as one."""
    found: list[str] = []
    for name in word.parts(","):
        if name.startswith(("https://", "http://", "file:")):
            check_url(name, f"{word.name}={shown(name)}")
            found.append(name)
            continue
        folder = word.checkout / name
        # Not Path.is_dir(): that raises an error for a name that no file can have.
        if not os.path.isdir(folder):  # noqa: PTH112
            raise word.refused("a mirror is a folder, or a URL with https://, http:// or file:", value=name)
        found.append(f"file:{quote(str(folder))}")
    return tuple(found)


def _folder(word: Word) -> Path | None:
    return word.checkout / word.value if word.value else None


def _format(word: Word) -> str:
    check_known(word, "format", (JSON, MARKDOWN))
    return word.value


def _host_qemu(word: Word) -> bool:
    check_known(word, "source of QEMU", ("host",))
    return word.value == "host"


def _device(word: Word) -> Path | None:
    return Path(word.value) if word.value else None


def _release(word: Word) -> str:
    if word.value and not re.fullmatch(r"[A-Za-z0-9-]+", word.value):
        raise word.refused("this is not the name of a Debian release", "Say RELEASE=trixie, or bookworm.")
    return word.value


def _mirror(word: Word) -> str:
    if word.value:
        from leafroot.fetch.mirror import locate

        locate("debian:pool/", word.value)
    return word.value


def _output(word: Word) -> Path:
    return word.checkout / (word.value or "output")


def _cache(word: Word) -> Path:
    # The XDG base directory specification: a relative path there does not count.
    home = os.environ.get("XDG_CACHE_HOME", "")
    base = home if home.startswith("/") else "~/.cache"
    return word.checkout / (word.value or _expanded(word.name, f"{base}/leafroot"))


def _expanded(variable: str, path: str) -> str:
    """A path whose `~` or `~user` is the home directory: not every shell replaces it within a word."""
    if not path.startswith("~"):
        return path
    user = path.split("/")[0].removeprefix("~")
    try:
        if not user and not os.environ.get("HOME", "/").startswith("/"):
            raise RuntimeError
        return str(Path(path).expanduser())
    except RuntimeError as error:
        why = f"there is no user {user!r}" if user else "HOME is not an absolute path"
        if not user and not os.environ.get("HOME"):
            why = "HOME is not set"
        what = "FILE" if variable in ("CONFIG", "DEV") else "FOLDER"
        raise LeafrootError(
            f"there is no home directory for {path}: {why}",
            "command line",
            f"{'Give' if user else 'Set HOME, or give'} the path in full: {variable}={what}.",
        ) from error


def _declared(name: str, summary: str, read: Callable[[Word], Any], paths: str = "") -> dict[str, Any]:
    """What is declared of a variable; `paths` is what separates its values, if these are paths."""
    return {"name": name, "help": summary, "read": read, "paths": paths}


@dataclass(frozen=True)
class Variables:
    """What the command line asks for, checked as far as that is possible without the units.

    A variable that was not given, or given an empty value, has its default. `given` are all as typed, but for
    `~`: this is what another call of scons is given.
    """

    boards: tuple[str, ...] = field(
        metadata=_declared("BOARD", "the board or configuration to build; several with commas, or 'all'", _names)
    )
    boot: str = field(metadata=_declared("BOOT", f"boot mode: {', '.join(BOOT_MODES)}", _boot_mode))
    kernel: str = field(metadata=_declared("KERNEL", "kernel series, such as 6.12; 'update' moves its pin", _text))
    toolchain: str = field(
        metadata=_declared(
            "TOOLCHAIN",
            "source: built here (the default); debian: Debian's compiler, which is quicker",
            _toolchain,
        )
    )
    config: tuple[Path, ...] = field(
        metadata=_declared("CONFIG", "configuration fragments to add, separated by commas", _files, ",")
    )
    packages: tuple[str, ...] = field(
        metadata=_declared(
            "PACKAGES", "packages to add, separated by commas, or 'all' that the board can have; CONFIG= wins", _names
        )
    )
    external: tuple[Path, ...] = field(
        metadata=_declared("EXTERNAL", "external trees, separated by colons", _paths, ":")
    )
    overlay: tuple[str, ...] = field(
        metadata=_declared("OVERLAY", "folders to copy over the root, separated by colons", _folders, ":")
    )
    output: Path = field(metadata=_declared("OUTPUT", "folder of everything that is built (output)", _output, "\0"))
    cache: Path = field(
        metadata=_declared(
            "CACHE", "folder of downloads, unpacked sources and artefacts (~/.cache/leafroot)", _cache, "\0"
        )
    )
    offline: bool = field(
        metadata=_declared("OFFLINE", "1: ask no server but those of PRIMARY_MIRROR and BACKUP_MIRROR", _switch)
    )
    mirror: str = field(
        metadata=_declared("DEBIAN_MIRROR", "URL of a Debian mirror to use instead of those that apt uses", _mirror)
    )
    primary_mirrors: tuple[str, ...] = field(
        metadata=_declared(
            "PRIMARY_MIRROR", "URLs or folders with archives, asked before all other places; with commas", _mirrors, ","
        )
    )
    backup_mirrors: tuple[str, ...] = field(
        metadata=_declared(
            "BACKUP_MIRROR", "URLs or folders with archives, asked after all other places; with commas", _mirrors, ","
        )
    )
    folder: Path | None = field(
        metadata=_declared(
            "DIR", "the folder that 'source' fills with all archives, to be used as a mirror", _folder, "\0"
        )
    )
    netboot: bool = field(
        metadata=_declared("NETBOOT", "1: boot and boot-test load the image over the network (QEMU's own)", _switch)
    )
    package: str = field(
        metadata=_declared(
            "PACKAGE", "the package that 'update' and 'outdated' are for, or 'lock' (if it is written in Go)", _text
        )
    )
    find: str = field(
        metadata=_declared("FIND", "a word: 'list' shows the packages that have it in name, summary or files", _text)
    )
    release: str = field(
        metadata=_declared(
            "RELEASE",
            "Debian release that 'lock', 'outdated', 'update', 'new-package' use (trixie), or 'reproduce' builds in",
            _release,
        )
    )
    name: str = field(metadata=_declared("NAME", "the package that 'new-package' drafts", _name))
    origin: str = field(
        metadata=_declared("FROM", "debian:SOURCE: the source package that 'new-package' takes (that of NAME)", _origin)
    )
    url: str = field(metadata=_declared("URL", "the archive that 'new-package' takes, if it is not Debian's", _url))
    tree: Path | None = field(
        metadata=_declared(
            "TREE", "the tree that 'new-package' writes into: the only external one, or else Leafroot's", _folder, "\0"
        )
    )
    build: bool = field(metadata=_declared("BUILD", "0: 'new-package' does not try to build the draft", _on_switch))
    format: str = field(
        metadata=_declared(
            "FORMAT", f"{JSON}: 'outdated' prints JSON; {MARKDOWN}: 'list' prints tables of packages", _format
        )
    )
    device: Path | None = field(
        metadata=_declared("DEV", "the SD card that 'flash' writes, such as /dev/sdX", _device, "\0")
    )
    accelerator: str = field(metadata=_declared("ACCEL", "QEMU's accelerator: tcg (the default) or kvm", _accelerator))
    host_qemu: bool = field(
        metadata=_declared("QEMU", "host: boot with the QEMU of this machine, not with Leafroot's", _host_qemu)
    )
    explain: str = field(
        metadata=_declared("explain", "STEP: say why a step was built, and whether it will be built again", _text)
    )
    shell: str = field(metadata=_declared("shell", "STEP: open a shell in the sandbox of a step", _text))
    given: Mapping[str, str] = field(default_factory=dict)

    def command_line(self, **changed: str) -> str:
        """A call of scons with these variables, some of them changed, for people to paste; without a password."""
        words = {**self.given, "shell": "", "explain": "", **changed}
        return shlex.join(["scons", *(f"{name}={shown(value)}" for name, value in words.items() if value)])


_DECLARED = {one.name: one.metadata for one in fields(Variables) if one.metadata}

VARIABLES: Mapping[str, str] = {declared["name"]: declared["help"] for declared in _DECLARED.values()}
"""What each variable is for."""

_PATHS = {declared["name"]: declared["paths"] for declared in _DECLARED.values() if declared["paths"]}


def read_variables(checkout: Path, given: Mapping[str, str]) -> Variables:
    """Read what was typed as NAME=VALUE; a LeafrootError for an unknown name, and for a value that cannot be used.

    `~` at the beginning of a path is the home directory.
    """
    for name in given:
        if name not in VARIABLES:
            hint = nearest(name, VARIABLES)
            if "/" in name:
                hint = "A path with '=' cannot be a target: use an OUTPUT= without it, or a command such as boot-files."
            raise LeafrootError(f"unknown variable {name!r}", "command line", hint)
    texts = dict(given)
    for name, separator in _PATHS.items():
        if name in texts:
            texts[name] = separator.join(_expanded(name, part) for part in texts[name].split(separator))
    values = {
        field_name: declared["read"](Word(declared["name"], texts.get(declared["name"], ""), checkout))
        for field_name, declared in _DECLARED.items()
    }
    read = Variables(**values, given=texts)
    for name, folder in (("OUTPUT", read.output), ("CACHE", read.cache), ("DIR", read.folder)):
        if folder is not None:
            check_place(name, folder, checkout, read.external, read.overlay)
    return read
