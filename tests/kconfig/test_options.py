# SPDX-License-Identifier: Apache-2.0
"""Options of a package: the Kconfig that each kind becomes, and what a choice of a person's makes of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.graph import Node
from leafroot.kconfig.config import Config
from leafroot.kconfig.generate import generate
from tests.small_tree import Code, SmallTree, in_root, package

OPTIONS = Code("""[
        Option("tls", "TLS", on=["--with-tls"], off=["--without-tls"], default=True, depends=["liba"], help="Secret."),
        Number("port", "Port", words=["PORT={value}"], default=80, least=1, most=65535),
        Text("motto", "Motto", words=["MOTTO={value}"], default='say "$x"'),
        Choice("size", "Size", {"small": ["-Os"], "fast": Brings(["-O3"], kernel=["FPU"])}, default="fast"),
        Provider("ssh", "SSH server", {"open-ssh": ["--open"]}, none=["--no-ssh"], default="none", edge="runs_with"),
        Provider("db", "Data base", sqlite=["--sqlite"], leveldb=["--leveldb"]),
        Option("extra", on=["--extra"], depends=["libextra"]),
        Number("depth", words=["DEPTH={value}"]),
        Text("path", words=["DIR={value}"]),
    ]""")
CONFIG_IN = """\
config PACKAGE_ALPHA_EXTRA
\tbool "extra"

config PACKAGE_ALPHA_DEPTH
\tint
\tdefault 3 if PACKAGE_ALPHA_EXTRA
\tdefault 2

config PACKAGE_ALPHA_PATH
\tstring "path"
"""
FILES = {
    "package/alpha/package.py": package("First.", options=OPTIONS),
    "package/alpha/Config.in": CONFIG_IN,
    **{f"package/{name}/package.py": package(f"{name}.") for name in ("liba", "open-ssh", "sqlite", "libextra")},
    "package/leveldb/package.py": package("leveldb.", languages=["c++"]),
}

GENERATED = """\
if PACKAGE_ALPHA

config PACKAGE_ALPHA_TLS
    bool "TLS"
    default y
    select PACKAGE_LIBA
    help
      Secret.

config PACKAGE_ALPHA_PORT
    int "Port"
    range 1 65535
    default 80
    help
      Port.

config PACKAGE_ALPHA_MOTTO
    string "Motto"
    default "say \\"\\$x\\""
    help
      Motto.

choice
    prompt "Size"
    default PACKAGE_ALPHA_SIZE_FAST

config PACKAGE_ALPHA_SIZE_SMALL
    bool "small"
    help
      Size: small.

config PACKAGE_ALPHA_SIZE_FAST
    bool "fast"
    help
      Size: fast.

endchoice

choice
    prompt "SSH server"
    default PACKAGE_ALPHA_SSH_NONE

config PACKAGE_ALPHA_SSH_OPEN_SSH
    bool "open-ssh"
    select PACKAGE_OPEN_SSH
    help
      SSH server: open-ssh.

config PACKAGE_ALPHA_SSH_NONE
    bool "none"
    help
      SSH server: none.

endchoice

choice
    prompt "Data base"
    default PACKAGE_ALPHA_DB_SQLITE

config PACKAGE_ALPHA_DB_SQLITE
    bool "sqlite"
    select PACKAGE_SQLITE
    help
      Data base: sqlite.

config PACKAGE_ALPHA_DB_LEVELDB
    bool "leveldb"
    depends on TOOLCHAIN_CXX
    select PACKAGE_LEVELDB
    help
      Data base: leveldb.

endchoice

config PACKAGE_ALPHA_EXTRA
    select PACKAGE_LIBEXTRA

endif

if PACKAGE_ALPHA
source "package/alpha/Config.in"
endif
""".replace("\n    ", "\n\t").replace("\n\t  ", "\n\t  ")


def section(text: str, start: str, end: str) -> str:
    """The part of a generated file from one line to the line before another."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[lines.index(f"{start}\n") : lines.index(f"{end}\n")])


def test_each_kind_of_option_is_generated_as_kconfig(tmp_path: Path) -> None:
    text = generate(SmallTree(tmp_path, FILES).catalog())["packages.kconfig"]
    assert section(text, "if PACKAGE_ALPHA", "config PACKAGE_BETA").rstrip() == GENERATED.rstrip()


def alpha(config: Config) -> Node:
    (found,) = (node for node in config.graph if node.unit.name == "alpha")
    return found


def configured(tmp_path: Path, text: str, files: Mapping[str, str] = FILES) -> Config:
    return SmallTree(tmp_path, {**files, "asked.config": text}).configure(fragments=[Path("asked.config")])


DEFAULTS = ["--with-tls", "PORT=80", 'MOTTO=say "$x"', "-O3", "--no-ssh", "--sqlite", "DEPTH=2"]

# Lines of a configuration; the recipe's words; what is in the root beside the package itself; kernel options.
CHOSEN: dict[str, tuple[str, list[str], list[str], list[str]]] = {
    "the defaults": ("", DEFAULTS, ["liba", "sqlite"], ["FPU"]),
    "an option off": (
        "# CONFIG_PACKAGE_ALPHA_TLS is not set\n",
        ["--without-tls", *DEFAULTS[1:]],
        ["sqlite"],
        ["FPU"],
    ),
    "a number": (
        "CONFIG_PACKAGE_ALPHA_PORT=8080\n",
        [*DEFAULTS[:1], "PORT=8080", *DEFAULTS[2:]],
        ["liba", "sqlite"],
        ["FPU"],
    ),
    "a text": (
        'CONFIG_PACKAGE_ALPHA_MOTTO="a b"\n',
        [*DEFAULTS[:2], "MOTTO=a b", *DEFAULTS[3:]],
        ["liba", "sqlite"],
        ["FPU"],
    ),
    "an empty text": ('CONFIG_PACKAGE_ALPHA_MOTTO=""\n', [*DEFAULTS[:2], *DEFAULTS[3:]], ["liba", "sqlite"], ["FPU"]),
    "one of several": (
        "CONFIG_PACKAGE_ALPHA_SIZE_SMALL=y\n",
        [*DEFAULTS[:3], "-Os", *DEFAULTS[4:]],
        ["liba", "sqlite"],
        [],
    ),
    "another package beside it": (
        "CONFIG_PACKAGE_ALPHA_SSH_OPEN_SSH=y\n",
        [*DEFAULTS[:4], "--open", *DEFAULTS[5:]],
        ["liba", "open-ssh", "sqlite"],
        ["FPU"],
    ),
    "another library": (
        "CONFIG_PACKAGE_ALPHA_DB_LEVELDB=y\n",
        [*DEFAULTS[:5], "--leveldb", *DEFAULTS[6:]],
        ["leveldb", "liba"],
        ["FPU"],
    ),
    "one of the Config.in": (
        'CONFIG_PACKAGE_ALPHA_EXTRA=y\nCONFIG_PACKAGE_ALPHA_PATH="/x"\n',
        [*DEFAULTS[:6], "--extra", "DEPTH=3", "DIR=/x"],
        ["liba", "libextra", "sqlite"],
        ["FPU"],
    ),
}


@pytest.mark.parametrize(("text", "words", "others", "kernel"), CHOSEN.values(), ids=CHOSEN)
def test_chosen_values_bring_their_words_packages_and_kernel_options(
    tmp_path: Path, text: str, words: Sequence[str], others: list[str], kernel: list[str]
) -> None:
    config = configured(tmp_path, text)
    node = alpha(config)
    assert list(node.words) == words
    assert sorted(in_root(config)) == sorted(["alpha", *others])
    assert list(node.kernel) == kernel


def test_option_values_are_as_kconfig_writes_them(tmp_path: Path) -> None:
    config = configured(tmp_path, "CONFIG_PACKAGE_ALPHA_SSH_OPEN_SSH=y\n# CONFIG_PACKAGE_ALPHA_TLS is not set\n")
    assert dict(alpha(config).options) == {
        "tls": "n",
        "port": "80",
        "motto": 'say "$x"',
        "size": "fast",
        "ssh": "open-ssh",
        "db": "sqlite",
        "extra": "n",
        "depth": "2",
        "path": "",
    }


REFUSED = {
    "number below": (
        "CONFIG_PACKAGE_ALPHA_PORT=0\n",
        "asked.config:1: CONFIG_PACKAGE_ALPHA_PORT=0 is out of range\n  It takes 1 to 65535.",
    ),
    "number above": (
        "CONFIG_PACKAGE_ALPHA_PORT=65536\n",
        "asked.config:1: CONFIG_PACKAGE_ALPHA_PORT=65536 is out of range\n  It takes 1 to 65535.",
    ),
    "two of one choice": (
        "CONFIG_PACKAGE_ALPHA_SIZE_SMALL=y\nCONFIG_PACKAGE_ALPHA_SIZE_FAST=y\n",
        "asked.config:2: CONFIG_PACKAGE_ALPHA_SIZE_FAST=y and CONFIG_PACKAGE_ALPHA_SIZE_SMALL=y belong to the "
        "same choice\n"
        "  asked.config:1 has the other; keep one of them.",
    ),
    "what an option needs": (
        "# CONFIG_PACKAGE_LIBA is not set\n",
        "asked.config:1: CONFIG_PACKAGE_LIBA=n has no effect: CONFIG_PACKAGE_LIBA is selected by PACKAGE_ALPHA_TLS (=y)"
        "\n  Switch that off, or remove the line.",
    ),
    "what a provider needs": (
        "# CONFIG_PACKAGE_SQLITE is not set\n",
        "asked.config:1: CONFIG_PACKAGE_SQLITE=n has no effect: CONFIG_PACKAGE_SQLITE is selected by "
        "PACKAGE_ALPHA_DB_SQLITE (=y)\n  Switch that off, or remove the line.",
    ),
    "a library in C++ without a compiler for it": (
        "CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_PACKAGE_ALPHA_DB_LEVELDB=y\n",
        "asked.config:2: CONFIG_PACKAGE_ALPHA_DB_LEVELDB=y has no effect: CONFIG_PACKAGE_ALPHA_DB_LEVELDB depends on "
        "TOOLCHAIN_CXX (=n)\n  Set what it depends on, or remove the line.",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_an_impossible_choice_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LeafrootError) as caught:
        configured(tmp_path, text)
    assert str(caught.value) == message


def test_an_option_that_the_config_in_does_not_define(tmp_path: Path) -> None:
    files = {**FILES, "package/alpha/Config.in": CONFIG_IN.replace("ALPHA_DEPTH", "ALPHA_DEPHT")}
    with pytest.raises(LeafrootError) as caught:
        configured(tmp_path, "", files)
    assert str(caught.value) == (
        "package/alpha/package.py:17: option 'depth' has no prompt, and there is no option CONFIG_PACKAGE_ALPHA_DEPTH\n"
        "  package/alpha/Config.in must define it. Did you mean PACKAGE_ALPHA_DEPHT or PACKAGE_ALPHA_PATH or "
        "PACKAGE_ALPHA_PORT?"
    )


def test_an_edge_to_a_library_in_cxx_keeps_the_option_that_it_hangs_on_from_being_chosen(tmp_path: Path) -> None:
    """Written with the package, and not with the option."""
    fields = {
        "depends": Code('[Dependency("leveldb", option="fast"), Dependency("leveldb", option="db=level")]'),
        "options": Code('[Option("fast", "Fast"), Choice("db", "DB", {"none": [], "level": []})]'),
    }
    files = {**FILES, "package/alpha/package.py": package("First.", **fields)}
    for symbol in ("FAST", "DB_LEVEL"):
        line = f"CONFIG_PACKAGE_ALPHA_{symbol}=y\n"
        assert in_root(configured(tmp_path, line, files)) == ["leveldb", "alpha"]
        with pytest.raises(LeafrootError, match=rf"CONFIG_PACKAGE_ALPHA_{symbol} depends on TOOLCHAIN_CXX \(=n\)"):
            configured(tmp_path, f"CONFIG_TOOLCHAIN_C_ONLY=y\n{line}", files)


def test_a_choice_without_a_possible_value_is_refused(tmp_path: Path) -> None:
    options = Code('[Provider("db", "Data base", leveldb=[], none=[]), Provider("kv", "Keys", leveldb=[], rocks=[])]')
    files = {
        **FILES,
        "package/alpha/package.py": package("First.", options=options),
        "package/rocks/package.py": package(languages=["c++"]),
    }
    assert alpha(configured(tmp_path, "", files)).options == (("db", "leveldb"), ("kv", "leveldb"))
    with pytest.raises(LeafrootError) as caught:
        configured(tmp_path, "CONFIG_TOOLCHAIN_C_ONLY=y\n", files)
    assert str(caught.value) == (
        "package/alpha/package.py:9: no value of option 'kv' can be chosen\n"
        "  CONFIG_PACKAGE_ALPHA_KV_LEVELDB depends on TOOLCHAIN_CXX (=n)\n"
        "  CONFIG_PACKAGE_ALPHA_KV_ROCKS depends on TOOLCHAIN_CXX (=n)"
    )
