# SPDX-License-Identifier: Apache-2.0
"""Requests on the command line that cannot be met, each with its exact message."""

from pathlib import Path
from typing import Any

import pytest
from refusal import assert_refused

from tests.small_tree import SmallTree, board, package, series

Files = dict[str, Any]
ONE = "configs/one_defconfig"
START = "CONFIG_BOARD_ONE=y\n"
C_ONLY = {"c.config": "CONFIG_TOOLCHAIN_C_ONLY=y\n"}

# Files, arguments of configure(), message.
REQUESTS: dict[str, tuple[Files, dict[str, Any], str]] = {
    "board": ({}, {"board": "too"}, ("BOARD=too: there is no board 'too'\n  Did you mean two?")),
    "board, nothing like it": (
        {},
        {"board": "rpi4"},
        "BOARD=rpi4: there is no board 'rpi4'\n  Available: one, two.",
    ),
    "defconfig of another name, nearly": (
        {"configs/one_more_defconfig": START},
        {"board": "one_mor"},
        "BOARD=one_mor: there is no board 'one_mor'\n  Did you mean one_more?",
    ),
    "defconfig of another name that says no board": (
        {"configs/more_defconfig": 'CONFIG_SYSTEM_HOSTNAME="x"\n'},
        {"board": "more"},
        (
            "configs/more_defconfig: the defconfig selects no board\n"
            "  There is no board 'more', so exactly one line must select the board: CONFIG_BOARD_...=y"
        ),
    ),
    "defconfig of another name that says two boards": (
        {"configs/more_defconfig": "CONFIG_BOARD_ONE=y\nCONFIG_BOARD_TWO=y\n"},
        {"board": "more"},
        (
            "configs/more_defconfig: the defconfig selects one and two\n"
            "  There is no board 'more', so exactly one line must select the board: CONFIG_BOARD_...=y"
        ),
    ),
    "a path for a board": (
        {"configs/more_defconfig": START},
        {"board": "../configs/more"},
        "BOARD=../configs/more: there is no board '../configs/more'\n  Available: more, one, two.",
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
        "TOOLCHAIN=gcc: there is no toolchain 'gcc'\n  Available: debian, source.",
    ),
    "package": (
        {},
        {"packages": ["alhpa"]},
        "PACKAGES=alhpa: there is no package 'alhpa'\n  Did you mean alpha?",
    ),
    "package of the toolchain": (
        {},
        {"packages": ["gcc"]},
        "PACKAGES=gcc: 'gcc' is part of the toolchain, and cannot be in a root",
    ),
    "all packages and one": (
        {},
        {"packages": ["alpha", "all"]},
        "PACKAGES=all: there is no package 'all'\n  PACKAGES=all stands alone: it needs no further names.",
    ),
    "package that needs C++": (
        {"configs/one_defconfig": START + C_ONLY["c.config"]},
        {"packages": ["gamma"]},
        (
            "PACKAGES=gamma: CONFIG_PACKAGE_GAMMA=y has no effect: CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)\n"
            "  Set what it depends on, or remove the line."
        ),
    ),
    "package that a fragment makes impossible": (
        C_ONLY,
        {"packages": ["gamma"], "fragments": [Path("c.config")]},
        (
            "PACKAGES=gamma: CONFIG_PACKAGE_GAMMA=y has no effect: CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)\n"
            "  Set what it depends on, or remove the line."
        ),
    ),
    "package for another architecture": (
        {"package/beta/package.py": package(arch=["arm"])},
        {"packages": ["beta"]},
        (
            "PACKAGES=beta: CONFIG_PACKAGE_BETA=y has no effect: CONFIG_PACKAGE_BETA depends on ARCH_ARM (=n)\n"
            "  Set what it depends on, or remove the line."
        ),
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
            "BOOT=rootfs: boot mode 'rootfs' does not exist in Linux 7.0 and later, but the series is 7.2.\n"
            "  Choose KERNEL=6.1 or KERNEL=6.12, or BOOT=nullfs or BOOT=leaf-tmpfs."
        ),
    ),
    "no patch": (
        {"linux/7.2/kernel.py": series("7.2.8")},
        {"kernel": "7.2", "boot": "leaf-tmpfs"},
        (
            "BOOT=leaf-tmpfs: boot mode 'leaf-tmpfs' needs a patch, but series 7.2 has none.\n"
            "  Choose KERNEL=6.1 or KERNEL=6.12, or BOOT=nullfs."
        ),
    ),
    "no mode but rootfs": (
        {"linux/6.12/kernel.py": series("6.12.107")},
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
        "configs: not a regular file",
    ),
    "fragment is no text": (
        {"extra.config": b"\xff\xfe"},
        {"fragments": [Path("extra.config")]},
        "extra.config:1: not UTF-8 text: invalid start byte at byte 0\n  Save the file as UTF-8.",
    ),
    "fragment": (
        {"extra.config": "CONFIG_BOOT_NULLFS=y\n\nCONFIG_X=y\n"},
        {"fragments": [Path("extra.config")]},
        "extra.config:3: there is no option CONFIG_X",
    ),
    "package lost to the toolchain": (
        {"extra.config": "CONFIG_TOOLCHAIN_C_ONLY=y\nCONFIG_PACKAGE_GAMMA=y\n"},
        {"fragments": [Path("extra.config")]},
        (
            "extra.config:2: CONFIG_PACKAGE_GAMMA=y has no effect: CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)\n"
            "  Set what it depends on, or remove the line."
        ),
    ),
    "board's package lost to the toolchain": (
        {"board/one/board.py": board(packages=["gamma"]), **C_ONLY},
        {"fragments": [Path("c.config")]},
        "board/one/board.py: the board needs package 'gamma', but CONFIG_PACKAGE_GAMMA depends on TOOLCHAIN_CXX (=n)",
    ),
    "selected package lost to the toolchain": (
        {
            "board/one/board.py": board(packages=["delta"]),
            "package/delta/package.py": package(depends=["gamma"]),
            **C_ONLY,
        },
        {"fragments": [Path("c.config")]},
        "board/one/board.py: the board needs package 'delta', but CONFIG_PACKAGE_DELTA depends on TOOLCHAIN_CXX (=n)",
    ),
    "overlay": (
        {},
        {"overlays": ["files"]},
        "OVERLAY=files: there is no overlay folder 'files'",
    ),
    "overlay with an account file of Windows": (
        {"files/etc/passwd": "root:x:0:0:root:/root:/bin/sh\r\n"},
        {"overlays": ["files"]},
        "files/etc/passwd:1: the line ends in CR and LF\n  Save the file with LF.",
    ),
    "overlay with accounts but root": (
        {"files/etc/passwd": "# ours\n\nme:x:1000:1000::/home/me:/bin/sh\n"},
        {"overlays": ["files"]},
        "files/etc/passwd:1: root is not in it, and this file takes the place of the whole passwd\n"
        "  Add: root:x:0:0:root:/root:/bin/sh",
    ),
    "overlay with a short line of accounts": (
        {"files/etc/shadow": "root:*:1:2:3\n"},
        {"overlays": ["files"]},
        "files/etc/shadow:1: the line has 5 fields, and shadow(5) has 9\n"
        "  Write it like this, with 8 colons: root:*:::::::",
    ),
    "overlay with a group twice": (
        {"files/etc/group": "root:x:0:\nweb:x:80:\nweb:x:81:\n"},
        {"overlays": ["files"]},
        "files/etc/group:3: 'web' is also in line 2\n  Delete one of the lines.",
    ),
    "overlay with a user without a number": (
        {"files/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nweb:x:web:web::/:/bin/false\n"},
        {"overlays": ["files"]},
        "files/etc/passwd:2: 'web' is not the number of a user or group\n  For example: root:x:0:0:root:/root:/bin/sh",
    ),
    "overlay with a password that login cannot check": (
        {"files/etc/shadow": "root:*:::::::\nweb:$y$j9T$abc$def:::::::\n"},
        {"overlays": ["files"]},
        (
            "files/etc/shadow:2: the password of web is a yescrypt hash ($y$), which busybox cannot check\n"
            "  Make one with: openssl passwd -6"
        ),
    ),
    "outdated local configuration": (
        {"local": "CONFIG_BOARD_ONE=y\nCONFIG_PACKAGE_DELTA=y\n"},
        {"local": Path("local")},
        (
            "local:2: the option CONFIG_PACKAGE_DELTA no longer exists\n"
            "  'scons BOARD=one olddefconfig' updates the file."
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


@pytest.mark.parametrize(("files", "options", "message"), REQUESTS.values(), ids=REQUESTS)
def test_message_about_a_request(files: Files, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    if "local" in options:
        options = {**options, "local": tmp_path / options["local"]}
    assert_refused(SmallTree(tmp_path, files), message, **options)
