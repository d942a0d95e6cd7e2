# SPDX-License-Identifier: Apache-2.0
"""Variables of the command line: what each value means, and what is refused with which words."""

from __future__ import annotations

import pwd
from pathlib import Path
from typing import Any

import pytest

from leafroot.app.variables import VARIABLES, Variables, read_variables
from leafroot.errors import LeafrootError

ROOT = Path(__file__).parents[2]


def read(**given: str) -> Variables:
    return read_variables(ROOT, given)


def refusal(**given: str) -> str:
    with pytest.raises(LeafrootError) as caught:
        read(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("BORD", "x", "command line: unknown variable 'BORD'\n  Did you mean BOARD?"),
        ("board", "x", "command line: unknown variable 'board'\n  Did you mean BOARD?"),
        (
            "out/a",
            "b/x",
            "command line: unknown variable 'out/a'\n  A path with '=' cannot be a target: use an OUTPUT=",
        ),
        ("SHELL", "x", "command line: unknown variable 'SHELL'\n  Did you mean shell?"),
        ("BOOT", "nullf", "BOOT=nullf: there is no boot mode 'nullf'\n  Did you mean nullfs?"),
        ("TOOLCHAIN", "gcc", "TOOLCHAIN=gcc: there is no toolchain 'gcc'\n  Available: debian, source."),
        ("ACCEL", "kvn", "ACCEL=kvn: there is no accelerator 'kvn'\n  Did you mean kvm?"),
        ("ACCEL", "hvf", "ACCEL=hvf: there is no accelerator 'hvf'\n  Available: kvm, tcg."),
        ("OFFLINE", "yes", "OFFLINE=yes: the value is 0 or 1"),
        ("NETBOOT", "2", "NETBOOT=2: the value is 0 or 1"),
        ("CONFIG", "README.md,none.config", "CONFIG=none.config: there is no such file"),
        ("CONFIG", "configs", "CONFIG=configs: this is not a regular file"),
        ("RELEASE", "tri/xie", "RELEASE=tri/xie: this is not the name of a Debian release\n  Say RELEASE=trixie, or"),
        ("DEBIAN_MIRROR", "deb.example", "DEBIAN_MIRROR=deb.example: a Debian mirror must begin with https://"),
        ("PRIMARY_MIRROR", "ftp://x", "PRIMARY_MIRROR=ftp://x: a mirror is a folder, or a URL with https://, http://"),
        ("BACKUP_MIRROR", "https://a.example,none", "BACKUP_MIRROR=none: a mirror is a folder, or a URL with https://"),
        ("PRIMARY_MIRROR", "https:///all", "PRIMARY_MIRROR=https:///all: a URL must name a host, and may name a port"),
        ("PRIMARY_MIRROR", "http://me:pw@x:0/", "PRIMARY_MIRROR=http://***@x:0/: a URL must name a host, and may"),
        ("BACKUP_MIRROR", "file:x", "BACKUP_MIRROR=file:x: a local place must be an absolute path\n  Write file:/path"),
        ("DIR", "package", "DIR={root}/package: this folder holds sources\n  Name a folder of its own: DIR=FOLDER."),
        ("DIR", ".", "DIR={root}: this folder is the checkout, or holds it\n  Name a folder of its own: DIR=FOLDER."),
        ("OUTPUT", "a\nb", "OUTPUT={root}/a\\nb: this folder's path has characters that cannot be shown\n  Name a"),
        ("CACHE", "/", "CACHE=/: this folder is the checkout, or holds it\n  Name a folder of its own: CACHE=FOLDER."),
        ("OUTPUT", ".", "OUTPUT={root}: this folder is the checkout, or holds it\n  Name a folder of its own: OUTPUT="),
        ("CACHE", "board", "CACHE={root}/board: this folder holds sources\n  Name a folder of its own: CACHE=FOLDER."),
        (
            "OVERLAY",
            "a:~nobody-of-that-name/b",
            "command line: there is no home directory for ~nobody-of-that-name/b: there is no user "
            "'nobody-of-that-name'\n  Give the path in full: OVERLAY=FOLDER.",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(name: str, value: str, message: str) -> None:
    assert refusal(**{name: value}).startswith(message.format(root=ROOT))


@pytest.mark.parametrize(
    ("name", "value", "field", "meant"),
    [
        ("BOARD", "a,b,,c", "boards", ("a", "b", "c")),
        ("BOARD", "", "boards", ()),
        ("BOOT", "", "boot", ""),
        ("CONFIG", "README.md,,LICENSE", "config", (Path("README.md"), Path("LICENSE"))),
        ("CONFIG", str(ROOT / "LICENSE"), "config", (ROOT / "LICENSE",)),
        ("PACKAGES", "curl,,tmux", "packages", ("curl", "tmux")),
        ("PACKAGES", "all", "packages", ("all",)),
        ("EXTERNAL", "../a:/b", "external", (Path("../a"), Path("/b"))),
        ("EXTERNAL", "a:~/b", "external", (Path("a"), Path("/home/somebody/b"))),
        ("OVERLAY", "a:b", "overlay", ("a", "b")),
        ("OVERLAY", "~/a:b~", "overlay", ("/home/somebody/a", "b~")),
        ("OUTPUT", "~/a:b", "output", Path("/home/somebody/a:b")),
        ("OUTPUT", "~", "output", Path("/home/somebody")),
        ("OUTPUT", "", "output", ROOT / "output"),
        ("OUTPUT", "elsewhere", "output", ROOT / "elsewhere"),
        ("OUTPUT", "/elsewhere", "output", Path("/elsewhere")),
        ("CACHE", "~/c", "cache", Path("/home/somebody/c")),
        ("CACHE", "", "cache", Path("/home/somebody/.cache/leafroot")),
        ("OFFLINE", "", "offline", False),
        ("OFFLINE", "0", "offline", False),
        ("OFFLINE", "1", "offline", True),
        ("NETBOOT", "1", "netboot", True),
        ("DEBIAN_MIRROR", "https://deb.example/debian", "mirror", "https://deb.example/debian"),
        ("PRIMARY_MIRROR", "", "primary_mirrors", ()),
        (
            "PRIMARY_MIRROR",
            "https://a.example/x,,docs",
            "primary_mirrors",
            ("https://a.example/x", f"file:{ROOT}/docs"),
        ),
        ("BACKUP_MIRROR", "file:/srv/a%20b", "backup_mirrors", ("file:/srv/a%20b",)),
        ("DIR", "", "folder", None),
        ("DIR", "~/all", "folder", Path("/home/somebody/all")),
        ("RELEASE", "trixie", "release", "trixie"),
        ("DEV", "", "device", None),
        ("DEV", "/dev/sdx", "device", Path("/dev/sdx")),
        ("ACCEL", "", "accelerator", "tcg"),
        ("ACCEL", "kvm", "accelerator", "kvm"),
    ],
)
def test_a_value_is_read_as_what_it_means(
    name: str, value: str, field: str, meant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert getattr(read(**{name: value}), field) == meant


def test_an_empty_value_is_as_good_as_none() -> None:
    empty = read(**dict.fromkeys(VARIABLES, ""))
    assert {**vars(empty), "given": {}} == vars(read())


def test_the_cache_can_be_where_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/mine")
    assert read().cache == Path("/var/cache/mine/leafroot")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert read().cache == Path("/home/somebody/.cache/leafroot")


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without HOME and without an entry in the password file, as in many containers."""

    def nobody(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)


@pytest.mark.usefixtures("homeless")
def test_without_a_home_the_cache_must_be_named() -> None:
    assert read(CACHE="/c").cache == Path("/c")
    assert refusal(CACHE="/c", CONFIG="~/x").endswith("Set HOME, or give the path in full: CONFIG=FILE.")
    assert refusal() == (
        "command line: there is no home directory for ~/.cache/leafroot: HOME is not set\n"
        "  Set HOME, or give the path in full: CACHE=FOLDER."
    )


@pytest.mark.parametrize(("home", "why"), [("", "HOME is not set"), ("a/b", "HOME is not an absolute path")])
def test_a_home_that_is_not_an_absolute_path_does_not_count(
    monkeypatch: pytest.MonkeyPatch, home: str, why: str
) -> None:
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert f"there is no home directory for ~/.cache/leafroot: {why}\n" in refusal()
    assert f"there is no home directory for ~/x: {why}\n" in refusal(CACHE="/c", OVERLAY="~/x")


def test_another_call_is_given_what_was_typed() -> None:
    typed = {"BOARD": "all", "CONFIG": "LICENSE", "OFFLINE": "1", "explain": "musl", "DEV": ""}
    asked = read(**typed)
    assert asked.given == typed
    assert read(OVERLAY="~/a", DEV="~/b").given["OVERLAY"] == str(Path("~/a").expanduser())
    assert asked.command_line(shell="a b") == "scons BOARD=all CONFIG=LICENSE OFFLINE=1 'shell=a b'"


def test_a_command_line_for_people_has_no_password() -> None:
    asked = read(DEBIAN_MIRROR="https://me:s3cret@deb.example/debian")
    assert asked.command_line() == "scons 'DEBIAN_MIRROR=https://***@deb.example/debian'"


LISTS = {
    "a name with a comma": ("CONFIG", "{0}/a,b.config", ["a,b.config"]),
    "in a folder with a comma": ("CONFIG", "{0}/c,d/e.config", ["c,d/e.config"]),
    "among others": (
        "CONFIG",
        "{0}/f,{0}/a,b.config,,{0}/c,d/e.config,{0}/f",
        ["f", "a,b.config", "c,d/e.config", "f"],
    ),
    "where its beginning is another file": ("CONFIG", "{0}/f,g,{0}/f", ["f,g", "f"]),
    "a tree with a comma": ("EXTERNAL", "{0}/c,d", ["c,d"]),
    "a tree with a colon": ("EXTERNAL", "{0}/c:d:{0}/c,d", ["c:d", "c,d"]),
    "an overlay with a colon": ("OVERLAY", "{0}/c:d", ["c:d"]),
}


@pytest.mark.parametrize(("name", "value", "meant"), LISTS.values(), ids=LISTS)
def test_a_path_can_have_the_separator_in_its_name(name: str, value: str, meant: list[str], tmp_path: Path) -> None:
    for folder in ("c,d", "c:d"):
        (tmp_path / folder).mkdir()
    for file in ("a,b.config", "c,d/e.config", "f", "f,g"):
        (tmp_path / file).write_text("")
    found = getattr(read_variables(ROOT, {name: value.format(tmp_path)}), name.lower())
    assert [str(path) for path in found] == [f"{tmp_path}/{path}" for path in meant]


def test_where_a_path_does_not_exist_the_first_part_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    said = refusal(CONFIG=f"{tmp_path}/f,{tmp_path}/gone,x.config")
    assert said == f"CONFIG={tmp_path}/gone: there is no such file"
