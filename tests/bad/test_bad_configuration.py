# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Configurations that do not hold, each with its exact message."""

import re
from pathlib import Path
from typing import Any

import pytest

from leafroot.errors import LeafrootError
from tests.config.small_tree import SmallTree, board, package

Files = dict[str, Any]
ONE = "configs/one_defconfig"
START = "CONFIG_BOARD_ONE=y\n"

# What the board's defconfig says after its first line, and the message.
DEFCONFIGS: dict[str, tuple[str, str]] = {
    "unknown option": (
        'CONFIG_SYSTEM_HOSTNAM="x"\n',
        (
            "configs/one_defconfig:2: there is no option CONFIG_SYSTEM_HOSTNAM\n"
            "  Did you mean CONFIG_SYSTEM_HOSTNAME or CONFIG_SYSTEM_OVERLAYS or CONFIG_SYSTEM_ROOT_SIZE?"
        ),
    ),
    "unknown option, not set": (
        "# CONFIG_PACKAGE_DELTA is not set\n",
        (
            "configs/one_defconfig:2: there is no option CONFIG_PACKAGE_DELTA\n"
            "  Did you mean CONFIG_PACKAGE_BETA or CONFIG_PACKAGE_GAMMA or CONFIG_PACKAGE_ALPHA?"
        ),
    ),
    "no assignment": (
        'SYSTEM_HOSTNAME="x"\n',
        (
            'configs/one_defconfig:2: not an assignment: SYSTEM_HOSTNAME="x"\n'
            "  Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'."
        ),
    ),
    "spaces": (
        'CONFIG_SYSTEM_HOSTNAME = "x"\n',
        (
            'configs/one_defconfig:2: not an assignment: CONFIG_SYSTEM_HOSTNAME = "x"\n'
            "  Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'."
        ),
    ),
    "twice": (
        "CONFIG_PACKAGE_BETA=y\n# CONFIG_PACKAGE_BETA is not set\n",
        (
            "configs/one_defconfig:3: CONFIG_PACKAGE_BETA is assigned a second time\n"
            "  Line 2 says CONFIG_PACKAGE_BETA=y; keep one of them."
        ),
    ),
    "bool": (
        "CONFIG_PACKAGE_BETA=yes\n",
        "configs/one_defconfig:2: CONFIG_PACKAGE_BETA=yes: the option is on or off\n  Write y or n.",
    ),
    "module": (
        "CONFIG_PACKAGE_BETA=m\n",
        "configs/one_defconfig:2: CONFIG_PACKAGE_BETA=m: the option is on or off\n  Write y or n.",
    ),
    "string without quotes": (
        "CONFIG_SYSTEM_HOSTNAME=x\n",
        (
            "configs/one_defconfig:2: CONFIG_SYSTEM_HOSTNAME=x: a string must stand in double quotes\n"
            '  Write CONFIG_SYSTEM_HOSTNAME="x".'
        ),
    ),
    "half a string": (
        'CONFIG_SYSTEM_HOSTNAME="x\n',
        (
            'configs/one_defconfig:2: CONFIG_SYSTEM_HOSTNAME="x: a string must stand in double quotes\n'
            '  Write CONFIG_SYSTEM_HOSTNAME="x".'
        ),
    ),
    "root size": (
        'CONFIG_SYSTEM_ROOT_SIZE="60"\n',
        'configs/one_defconfig:2: CONFIG_SYSTEM_ROOT_SIZE="60" is not a size for the root: 60%, or 96M',
    ),
    "number": (
        "CONFIG_IMAGE_ZSTD_LEVEL=high\n",
        ("configs/one_defconfig:2: CONFIG_IMAGE_ZSTD_LEVEL=high: the option takes a number\n  It takes 1 to 22."),
    ),
    "range": (
        "CONFIG_IMAGE_ZSTD_LEVEL=23\n",
        "configs/one_defconfig:2: CONFIG_IMAGE_ZSTD_LEVEL=23 is out of range\n  It takes 1 to 22.",
    ),
    "dependency": (
        'CONFIG_TOOLCHAIN_EXTERNAL_PREFIX="/opt"\n',
        (
            'configs/one_defconfig:2: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX="/opt" has no effect: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX depends on TOOLCHAIN_EXTERNAL (=n)\n'
            "  Set what it depends on, or drop the line."
        ),
    ),
    "dependency, its default asked for": (
        'CONFIG_TOOLCHAIN_EXTERNAL_PREFIX=""\n',
        (
            'configs/one_defconfig:2: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX="" has no effect: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX depends on TOOLCHAIN_EXTERNAL (=n)\n'
            "  Set what it depends on, or drop the line."
        ),
    ),
    "negative dependency": (
        'CONFIG_SYSTEM_ROOT_PASSWORD_LESS=y\nCONFIG_SYSTEM_ROOT_PASSWORD_HASH="$6$a$b"\n',
        (
            'configs/one_defconfig:3: CONFIG_SYSTEM_ROOT_PASSWORD_HASH="$6$a$b" has no effect: CONFIG_SYSTEM_ROOT_PASSWORD_HASH depends on !SYSTEM_ROOT_PASSWORD_LESS (=y)\n'
            "  Set what it depends on, or drop the line."
        ),
    ),
    "language": (
        "CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_PACKAGE_GAMMA=y\n",
        (
            "configs/one_defconfig:3: CONFIG_PACKAGE_GAMMA=y has no effect: CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)\n"
            "  Set what it depends on, or drop the line."
        ),
    ),
    "selected": (
        "CONFIG_PACKAGE_BETA=y\n# CONFIG_PACKAGE_ALPHA is not set\n",
        (
            "configs/one_defconfig:3: CONFIG_PACKAGE_ALPHA=n has no effect: CONFIG_PACKAGE_ALPHA is selected by PACKAGE_BETA (=y)\n"
            "  Switch that off, or drop the line."
        ),
    ),
    "two of a choice": (
        "CONFIG_BOOT_NULLFS=y\nCONFIG_BOOT_LEAF_TMPFS=y\n",
        (
            "configs/one_defconfig:3: CONFIG_BOOT_LEAF_TMPFS=y and CONFIG_BOOT_NULLFS=y are of one choice\n"
            "  configs/one_defconfig:2 has the other; keep one of them."
        ),
    ),
    "a choice's default": (
        "# CONFIG_BOOT_NULLFS is not set\n",
        (
            "configs/one_defconfig:2: CONFIG_BOOT_NULLFS=n has no effect: CONFIG_BOOT_NULLFS is what the choice 'Boot mode' takes unless another is set\n"
            "  Set CONFIG_BOOT_LEAF_TMPFS=y or CONFIG_BOOT_ROOTFS=y instead."
        ),
    ),
    "no prompt": (
        "# CONFIG_TOOLCHAIN_CXX is not set\n",
        (
            "configs/one_defconfig:2: CONFIG_TOOLCHAIN_CXX=n has no effect: CONFIG_TOOLCHAIN_CXX cannot be set, it follows from other options\n"
            "  It is y now; drop the line."
        ),
    ),
    "another board": (
        "CONFIG_BOARD_TWO=y\n",
        (
            "configs/one_defconfig:2: CONFIG_BOARD_TWO is another board than BOARD=one\n"
            "  Drop the line, or ask for that board."
        ),
    ),
    "host name": (
        'CONFIG_SYSTEM_HOSTNAME="my_host"\n',
        'configs/one_defconfig:2: CONFIG_SYSTEM_HOSTNAME="my_host" is not a host name: letters, digits and inner hyphens',
    ),
    "password": (
        'CONFIG_SYSTEM_ROOT_PASSWORD_HASH="secret"\n',
        'configs/one_defconfig:2: CONFIG_SYSTEM_ROOT_PASSWORD_HASH="secret" is not a hash that crypt(3) knows',
    ),
    "overlay": (
        'CONFIG_SYSTEM_OVERLAYS="board/one/files"\n',
        "configs/one_defconfig:2: there is no folder 'board/one/files' to lay over the root",
    ),
    "prefix": (
        'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="opt"\n',
        'configs/one_defconfig:3: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX="opt" is not an absolute path without spaces',
    ),
    "tuple": (
        'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_TUPLE="gcc"\n',
        'configs/one_defconfig:3: CONFIG_TOOLCHAIN_EXTERNAL_TUPLE="gcc" is not a tuple such as x86_64-linux-gnu',
    ),
    "mode": (
        "CONFIG_KERNEL_6_1=y\n",
        (
            "configs/one_defconfig:2: boot mode 'nullfs' needs Linux 7.0 or a backport, but series 6.1 has neither.\n"
            "  Choose KERNEL=6.12 or KERNEL=7.2, or BOOT=leaf-tmpfs."
        ),
    ),
    "mode of the file": (
        "CONFIG_KERNEL_6_1=y\nCONFIG_BOOT_NULLFS=y\n",
        (
            "configs/one_defconfig:3: boot mode 'nullfs' needs Linux 7.0 or a backport, but series 6.1 has neither.\n"
            "  Choose KERNEL=6.12 or KERNEL=7.2, or BOOT=leaf-tmpfs."
        ),
    ),
}

# Files, arguments of configure(), message.
REQUESTS: dict[str, tuple[Files, dict[str, Any], str]] = {
    "board": ({}, {"board": "too"}, ("BOARD=too: there is no board 'too'\n  Did you mean two?")),
    "board, nothing like it": (
        {},
        {"board": "rpi4"},
        "BOARD=rpi4: there is no board 'rpi4'\n  There is: one, two.",
    ),
    "defconfig of another name, nearly": (
        {"configs/one_more_defconfig": START},
        {"board": "one_mor"},
        "BOARD=one_mor: there is no board 'one_mor'\n  Did you mean one_more or one?",
    ),
    "defconfig of another name that says no board": (
        {"configs/more_defconfig": 'CONFIG_SYSTEM_HOSTNAME="x"\n'},
        {"board": "more"},
        (
            "configs/more_defconfig: it selects no board\n"
            "  There is no board 'more', so one line must say which it is for: CONFIG_BOARD_...=y"
        ),
    ),
    "defconfig of another name that says two boards": (
        {"configs/more_defconfig": "CONFIG_BOARD_ONE=y\nCONFIG_BOARD_TWO=y\n"},
        {"board": "more"},
        (
            "configs/more_defconfig: it selects one and two\n"
            "  There is no board 'more', so one line must say which it is for: CONFIG_BOARD_...=y"
        ),
    ),
    "a path for a board": (
        {"configs/more_defconfig": START},
        {"board": "../configs/more"},
        "BOARD=../configs/more: there is no board '../configs/more'\n  There is: more, one, two.",
    ),
    "mode": ({}, {"boot": "nullf"}, ("BOOT=nullf: there is no boot mode 'nullf'\n  Did you mean nullfs?")),
    "series": (
        {},
        {"kernel": "6.13"},
        "KERNEL=6.13: there is no kernel series '6.13'\n  Did you mean 6.1 or 6.12?",
    ),
    "toolchain": (
        {},
        {"toolchain": "gcc"},
        "TOOLCHAIN=gcc: there is no toolchain 'gcc'\n  There is: debian, source.",
    ),
    "no nullfs": (
        {},
        {"kernel": "6.1"},
        (
            "KERNEL=6.1: boot mode 'nullfs' needs Linux 7.0 or a backport, but series 6.1 has neither.\n"
            "  Choose KERNEL=6.12 or KERNEL=7.2, or BOOT=leaf-tmpfs."
        ),
    ),
    "no nullfs, asked for by the board": (
        {"board/one/board.py": board(series="6.1")},
        {},
        (
            "board/one/board.py: boot mode 'nullfs' needs Linux 7.0 or a backport, but series 6.1 has neither.\n"
            "  Choose KERNEL=6.12 or KERNEL=7.2, or BOOT=leaf-tmpfs."
        ),
    ),
    "no nullfs, both asked for": (
        {},
        {"kernel": "6.1", "boot": "nullfs"},
        (
            "BOOT=nullfs: boot mode 'nullfs' needs Linux 7.0 or a backport, but series 6.1 has neither.\n"
            "  Choose KERNEL=6.12 or KERNEL=7.2, or BOOT=leaf-tmpfs."
        ),
    ),
    "no rootfs": (
        {},
        {"kernel": "7.2", "boot": "rootfs"},
        (
            "BOOT=rootfs: boot mode 'rootfs' is in no kernel from Linux 7.0 on, but series 7.2 was asked for.\n"
            "  Choose KERNEL=6.1 or KERNEL=6.12, or BOOT=nullfs or BOOT=leaf-tmpfs."
        ),
    ),
    "no patch": (
        {"linux/7.2/patches": None},
        {"kernel": "7.2", "boot": "leaf-tmpfs"},
        (
            "BOOT=leaf-tmpfs: boot mode 'leaf-tmpfs' needs a patch, but series 7.2 has none for it.\n"
            "  Choose KERNEL=6.1 or KERNEL=6.12, or BOOT=nullfs."
        ),
    ),
    "no mode but rootfs": (
        {"linux/6.12/patches": None},
        {},
        (
            "board/one/board.py: boot mode 'nullfs' needs Linux 7.0 or a backport, but series 6.12 has neither.\n"
            "  Choose KERNEL=7.2, or BOOT=rootfs."
        ),
    ),
    "no fragment": (
        {},
        {"fragments": [Path("extra.config")]},
        "extra.config: cannot be read: No such file or directory",
    ),
    "fragment is a folder": (
        {},
        {"fragments": [Path("configs")]},
        "configs: this is no regular file",
    ),
    "fragment is no text": (
        {"extra.config": b"\xff\xfe"},
        {"fragments": [Path("extra.config")]},
        "extra.config: this is not text: invalid start byte at byte 0",
    ),
    "fragment": (
        {"extra.config": "CONFIG_BOOT_NULLFS=y\n\nCONFIG_X=y\n"},
        {"fragments": [Path("extra.config")]},
        "extra.config:3: there is no option CONFIG_X",
    ),
    "package lost to the toolchain": (
        {"extra.config": "CONFIG_PACKAGE_GAMMA=y\n"},
        {"fragments": [Path("extra.config")], "toolchain": "debian"},
        (
            "extra.config:1: CONFIG_PACKAGE_GAMMA=y has no effect: CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)\n"
            "  Set what it depends on, or drop the line."
        ),
    ),
    "board's package lost to the toolchain": (
        {"board/one/board.py": board(packages=["gamma"])},
        {"toolchain": "debian"},
        "board/one/board.py: package 'gamma' is wanted, but CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)",
    ),
    "selected package lost to the toolchain": (
        {
            "board/one/board.py": board(packages=["delta"]),
            "package/delta/package.py": package(depends=["gamma"]),
        },
        {"toolchain": "debian"},
        "board/one/board.py: package 'delta' is wanted, but CONFIG_PACKAGE_DELTA depends on TOOLCHAIN_CXX (=n)",
    ),
    "overlay": (
        {},
        {"overlays": ["files"]},
        "OVERLAY=files: there is no folder 'files' to lay over the root",
    ),
    "outdated local configuration": (
        {"local": "CONFIG_BOARD_ONE=y\nCONFIG_PACKAGE_DELTA=y\n"},
        {"local": Path("local")},
        (
            "local:2: there is no option CONFIG_PACKAGE_DELTA any more\n"
            "  'scons BOARD=one olddefconfig' brings the file up to date."
        ),
    ),
    "two defconfigs": (
        {ONE: START, "product/configs/one_defconfig": START},
        {"external": ("product",)},
        (
            "product/configs/one_defconfig: 'one' has two defconfigs\n"
            "  The other is configs/one_defconfig. Make one of them a fragment (CONFIG=)."
        ),
    ),
}

# An external tree's own Kconfig, and the message.
KCONFIGS: dict[str, tuple[str, str]] = {
    "syntax": (
        "config PRODUCT\n\tbool\n\tdefualt y\n",
        "product/configs/Kconfig:3: couldn't parse 'defualt y': syntax error",
    ),
    "no end": ("if PACKAGE_ALPHA\n", ("product/configs/Kconfig: expected 'endif' at end")),
    "type": ('config PRODUCT\n\tprompt "x"\n', ("product/configs/Kconfig:1: PRODUCT defined without a type")),
    "default": (
        'config PRODUCT\n\tbool "x"\n\tdefault PRODCUT\n',
        "product/configs/Kconfig:1: undefined symbol PRODCUT\n  Did you mean PRODUCT?",
    ),
    "default of another type": (
        'config PRODUCT\n\tint "x"\n\tdefault high\n',
        (
            "product/configs/Kconfig:1: the int symbol PRODUCT has a non-int default high (undefined)\n"
            "  product/configs/Kconfig:1: undefined symbol high"
        ),
    ),
    "circle": (
        'config A\n\tbool "a"\n\tdepends on B\n\nconfig B\n\tbool "b"\n\tdepends on C\n\nconfig C\n\tdef_bool A\n',
        (
            "product/configs/Kconfig:1: options depend on each other in a circle: A -> B -> C -> A\n"
            "  product/configs/Kconfig:1: A depends on B\n"
            "  product/configs/Kconfig:5: B depends on C\n"
            "  product/configs/Kconfig:9: C depends on A"
        ),
    ),
    "circle with a choice": (
        "config A\n\tbool\n\tdefault y if BOOT_NULLFS\n\nconfig BOARD_ONE\n\tdepends on A\n",
        (
            "generated/boards.kconfig:6: options depend on each other in a circle: BOARD_ONE -> A -> BOOT_NULLFS -> <choice> -> BOARD_ONE\n"
            "  generated/boards.kconfig:6, product/configs/Kconfig:5: BOARD_ONE depends on A\n"
            "  product/configs/Kconfig:1: A depends on BOOT_NULLFS\n"
            "  generated/bootmodes.kconfig:8: BOOT_NULLFS depends on <choice>\n"
            "  generated/bootmodes.kconfig:3: <choice> depends on BOARD_ONE"
        ),
    ),
    "shell": (
        "config A\n\tdef_bool $(shell,uname -r)\n",
        "product/configs/Kconfig:2: $(shell,uname -r) makes the configuration depend on this machine",
    ),
    "no such file": (
        'source "product/more"\n',
        "product/configs/Kconfig:1: 'product/more' not found (in 'source \"product/more\"')",
    ),
    "sources itself": (
        'source "product/configs/Kconfig"\n',
        (
            "product/configs/Kconfig:1: recursive 'source' of 'product/configs/Kconfig' detected\n"
            "  Include path:\n"
            "  configs/Kconfig:N\n"
            "  generated/external.kconfig:3\n"
            "  product/configs/Kconfig:1"
        ),
    ),
    "select past a dependency": (
        'config A\n\tbool "a"\n\tdepends on TOOLCHAIN_EXTERNAL\n\nconfig B\n\tdef_bool y\n\tselect A\n',
        (
            "product/configs/Kconfig:1: A has direct dependencies TOOLCHAIN_EXTERNAL with value n, but is currently being y-selected by the following symbols:\n"
            "   - B (defined at product/configs/Kconfig:5), with value y, direct dependencies y (value: y)"
        ),
    ),
    "option of Leafroot's": (
        "config SYSTEM_HOSTNAME\n\tbool\n",
        "configs/Kconfig:N: SYSTEM_HOSTNAME (defined at configs/Kconfig:N, product/configs/Kconfig:1) defined with multiple types, bool will be used",
    ),
}


def _check(tree: SmallTree, message: str, **options: Any) -> None:
    with pytest.raises(LeafrootError) as error:
        tree.configure(**options)
    # Where configs/Kconfig sources the file is no part of the message's wording.
    shown = re.sub(r"(?<!product/)configs/Kconfig:\d+", "configs/Kconfig:N", str(error.value))
    assert shown.replace(str(tree.root), "TREE") == message


@pytest.mark.parametrize(("text", "message"), DEFCONFIGS.values(), ids=DEFCONFIGS)
def test_message_about_a_defconfig(text: str, message: str, tmp_path: Path) -> None:
    _check(SmallTree(tmp_path, {ONE: START + text}), message)


@pytest.mark.parametrize(("files", "options", "message"), REQUESTS.values(), ids=REQUESTS)
def test_message_about_a_request(files: Files, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    if "local" in options:
        options = {**options, "local": tmp_path / options["local"]}
    _check(SmallTree(tmp_path, files), message, **options)


@pytest.mark.parametrize(("text", "message"), KCONFIGS.values(), ids=KCONFIGS)
def test_message_about_an_external_kconfig(text: str, message: str, tmp_path: Path) -> None:
    _check(SmallTree(tmp_path, {"product/configs/Kconfig": text}), message, external=("product",))
