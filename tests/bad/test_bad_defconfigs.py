# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Defconfigs that do not hold, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import SmallTree

ONE = "configs/one_defconfig"
START = "CONFIG_BOARD_ONE=y\n"

# What the board's defconfig says after its first line, and the message.
DEFCONFIGS: dict[str, tuple[str, str]] = {
    "option that follows from others": (
        "CONFIG_LIBC_MUSL=n\n",
        "configs/one_defconfig:2: CONFIG_LIBC_MUSL=n has no effect: "
        "CONFIG_LIBC_MUSL cannot be set: it follows from other options\n  It is now y. Remove the line.",
    ),
    "nothing behind CONFIG_": (
        "CONFIG_=y\n",
        "configs/one_defconfig:2: not an assignment: CONFIG_=y\n"
        "  Write CONFIG_NAME=value, or '# CONFIG_NAME is not set'.",
    ),
    "password without quotes, which no log shall have": (
        "CONFIG_SYSTEM_ROOT_PASSWORD_HASH=s3cret\n",
        "configs/one_defconfig:2: CONFIG_SYSTEM_ROOT_PASSWORD_HASH=...: a string must be in double quotes\n"
        '  Write CONFIG_SYSTEM_ROOT_PASSWORD_HASH="...".',
    ),
    "password of a locked account": (
        'CONFIG_SYSTEM_ROOT_PASSWORD_HASH="!"\n',
        "configs/one_defconfig:2: the value of CONFIG_SYSTEM_ROOT_PASSWORD_HASH is not a crypt(5) hash\n"
        '  To lock root, leave it empty: CONFIG_SYSTEM_ROOT_PASSWORD_HASH="". '
        "Otherwise: make one with: openssl passwd -6",
    ),
    "host name with a character that nobody sees": (
        'CONFIG_SYSTEM_HOSTNAME="gw\u200b"\n',
        'configs/one_defconfig:2: CONFIG_SYSTEM_HOSTNAME="gw\\u200b" is not a host name: letters, digits and inner hyphens',
    ),
    "overlay that holds the checkout": (
        'CONFIG_SYSTEM_OVERLAYS="."\n',
        "configs/one_defconfig:2: the overlay folder '.' holds this checkout, which would be laid into the root\n"
        "  Name a folder that has the files of the root alone.",
    ),
    "unknown option": (
        'CONFIG_SYSTEM_HOSTNAM="x"\n',
        ("configs/one_defconfig:2: there is no option CONFIG_SYSTEM_HOSTNAM\n  Did you mean CONFIG_SYSTEM_HOSTNAME?"),
    ),
    "unknown option, not set": (
        "# CONFIG_PACKAGE_DELTA is not set\n",
        ("configs/one_defconfig:2: there is no option CONFIG_PACKAGE_DELTA\n  Did you mean CONFIG_PACKAGE_BETA?"),
    ),
    "no assignment": (
        'SYSTEM_HOSTNAME="x"\n',
        ('configs/one_defconfig:2: not an assignment: SYSTEM_HOSTNAME="x"\n  Write CONFIG_SYSTEM_HOSTNAME="x".'),
    ),
    "spaces": (
        'CONFIG_SYSTEM_HOSTNAME = "x"\n',
        (
            'configs/one_defconfig:2: not an assignment: CONFIG_SYSTEM_HOSTNAME = "x"\n'
            '  Write CONFIG_SYSTEM_HOSTNAME="x".'
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
            "configs/one_defconfig:2: CONFIG_SYSTEM_HOSTNAME=x: a string must be in double quotes\n"
            '  Write CONFIG_SYSTEM_HOSTNAME="x".'
        ),
    ),
    "half a string": (
        'CONFIG_SYSTEM_HOSTNAME="x\n',
        (
            'configs/one_defconfig:2: CONFIG_SYSTEM_HOSTNAME="x: a string must be in double quotes\n'
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
            "  Set what it depends on, or remove the line."
        ),
    ),
    "dependency, its default asked for": (
        'CONFIG_TOOLCHAIN_EXTERNAL_PREFIX=""\n',
        (
            'configs/one_defconfig:2: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX="" has no effect: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX depends on TOOLCHAIN_EXTERNAL (=n)\n'
            "  Set what it depends on, or remove the line."
        ),
    ),
    "negative dependency": (
        'CONFIG_SYSTEM_ROOT_PASSWORD_LESS=y\nCONFIG_SYSTEM_ROOT_PASSWORD_HASH="$6$a$b"\n',
        (
            'configs/one_defconfig:3: CONFIG_SYSTEM_ROOT_PASSWORD_HASH="..." has no effect: CONFIG_SYSTEM_ROOT_PASSWORD_HASH depends on !SYSTEM_ROOT_PASSWORD_LESS (=y)\n'
            "  Set what it depends on, or remove the line."
        ),
    ),
    "language": (
        "CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_PACKAGE_GAMMA=y\n",
        (
            "configs/one_defconfig:3: CONFIG_PACKAGE_GAMMA=y has no effect: CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)\n"
            "  Set what it depends on, or remove the line."
        ),
    ),
    "selected": (
        "CONFIG_PACKAGE_BETA=y\n# CONFIG_PACKAGE_ALPHA is not set\n",
        (
            "configs/one_defconfig:3: CONFIG_PACKAGE_ALPHA=n has no effect: CONFIG_PACKAGE_ALPHA is selected by PACKAGE_BETA (=y)\n"
            "  Switch that off, or remove the line."
        ),
    ),
    "two of a choice": (
        "CONFIG_BOOT_NULLFS=y\nCONFIG_BOOT_LEAF_TMPFS=y\n",
        (
            "configs/one_defconfig:3: CONFIG_BOOT_LEAF_TMPFS=y and CONFIG_BOOT_NULLFS=y belong to the same choice\n"
            "  configs/one_defconfig:2 has the other; keep one of them."
        ),
    ),
    "a choice's default": (
        "# CONFIG_BOOT_NULLFS is not set\n",
        (
            "configs/one_defconfig:2: CONFIG_BOOT_NULLFS=n has no effect: CONFIG_BOOT_NULLFS stays selected in the choice 'Boot mode' until another value is set\n"
            "  Set CONFIG_BOOT_LEAF_TMPFS=y or CONFIG_BOOT_ROOTFS=y instead."
        ),
    ),
    "no prompt": (
        "# CONFIG_TOOLCHAIN_CXX is not set\n",
        (
            "configs/one_defconfig:2: CONFIG_TOOLCHAIN_CXX=n has no effect: CONFIG_TOOLCHAIN_CXX cannot be set: it follows from other options\n"
            "  It is now y. Remove the line."
        ),
    ),
    "another board": (
        "CONFIG_BOARD_TWO=y\n",
        (
            "configs/one_defconfig:2: CONFIG_BOARD_TWO selects another board than BOARD=one\n"
            "  Remove the line, or set BOARD= to that board."
        ),
    ),
    "host name": (
        'CONFIG_SYSTEM_HOSTNAME="my_host"\n',
        'configs/one_defconfig:2: CONFIG_SYSTEM_HOSTNAME="my_host" is not a host name: letters, digits and inner hyphens',
    ),
    "password in clear": (
        'CONFIG_SYSTEM_ROOT_PASSWORD_HASH="secret"\n',
        (
            "configs/one_defconfig:2: the value of CONFIG_SYSTEM_ROOT_PASSWORD_HASH is not a crypt(5) hash\n"
            "  Make one with: openssl passwd -6"
        ),
    ),
    "hash that busybox cannot check": (
        'CONFIG_SYSTEM_ROOT_PASSWORD_HASH="$y$j9T$abcdefghijklmnopqrstu/$yLkJnFXlAtp8VWyFQ2gXs6BGPqcLCPqPxb8uZzCzhK1"\n',
        (
            "configs/one_defconfig:2: the value of CONFIG_SYSTEM_ROOT_PASSWORD_HASH is a yescrypt hash ($y$), which busybox cannot check\n"
            "  Make one with: openssl passwd -6"
        ),
    ),
    "hash that is cut off": (
        'CONFIG_SYSTEM_ROOT_PASSWORD_HASH="$6$abcdefgh$ltjgWl6579NluT"\n',
        (
            "configs/one_defconfig:2: the value of CONFIG_SYSTEM_ROOT_PASSWORD_HASH is not a whole SHA-512 hash: it has 14 of 86 characters after the salt\n"
            "  Make one with: openssl passwd -6"
        ),
    ),
    "overlay": (
        'CONFIG_SYSTEM_OVERLAYS="board/one/files"\n',
        "configs/one_defconfig:2: there is no overlay folder 'board/one/files'\n"
        "  Write a path below this tree or an external one, or an absolute path. "
        "Spaces separate the folders, and ~ is not replaced.",
    ),
    "prefix": (
        'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="opt"\n',
        'configs/one_defconfig:3: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX="opt" is not an absolute path without spaces',
    ),
    "compiler of /usr": (
        'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="/usr"\n',
        (
            "configs/one_defconfig:3: the programs in /usr need libraries of this machine, which a build does not see\n"
            "  Choose Debian's compiler (TOOLCHAIN=debian), or name the folder of a self-contained compiler."
        ),
    ),
    "compiler of no folder": (
        "CONFIG_TOOLCHAIN_EXTERNAL=y\n",
        'configs/Kconfig: CONFIG_TOOLCHAIN_EXTERNAL_PREFIX="" is not an absolute path without spaces\n'
        "  Set CONFIG_TOOLCHAIN_EXTERNAL_PREFIX in a fragment, and name that in CONFIG=.",
    ),
    "tuple": (
        'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="/opt/x"\nCONFIG_TOOLCHAIN_EXTERNAL_TUPLE="gcc"\n',
        'configs/one_defconfig:4: CONFIG_TOOLCHAIN_EXTERNAL_TUPLE="gcc" is not a tuple such as x86_64-linux-gnu',
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


@pytest.mark.parametrize(("text", "message"), DEFCONFIGS.values(), ids=DEFCONFIGS)
def test_message_about_a_defconfig(text: str, message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, {ONE: START + text}), message)
