# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""External trees' own Kconfig that is wrong, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import SmallTree

# The Kconfig, and the message.
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
    "a byte order mark": (
        '\ufeffconfig A\n\tbool "a"\n',
        r"product/configs/Kconfig:1: couldn't parse '\ufeffconfig A': unknown token at start of line",
    ),
    "option of Leafroot's": (
        "config SYSTEM_HOSTNAME\n\tbool\n",
        "configs/Kconfig:N: SYSTEM_HOSTNAME (defined at configs/Kconfig:N, product/configs/Kconfig:1) defined with multiple types, bool will be used",
    ),
}


@pytest.mark.parametrize(("text", "message"), KCONFIGS.values(), ids=KCONFIGS)
def test_message_about_an_external_kconfig(text: str, message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, {"product/configs/Kconfig": text}), message, external=("product",))
