# SPDX-License-Identifier: Apache-2.0
"""What menus, olddefconfig and savedefconfig make of a configuration."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.kconfig.edit import edit_local, minimal_defconfig, update_local
from leafroot.kconfig.resolve import Request
from leafroot.units.catalog import load_catalog
from tests.small_tree import CHECKOUT, SmallTree, in_root

SPDX = "# SPDX-License-Identifier: Apache-2.0\n"
DEFCONFIGS = sorted(CHECKOUT.glob("configs/*_defconfig"))

# Runs in a process of its own, with a terminal of its own.
MENU = """
import sys
from pathlib import Path
from tests.small_tree import SmallTree
from leafroot.kconfig.edit import edit_local
tree = SmallTree(Path(sys.argv[1]))
edit_local(*tree.arguments("one", local=tree.root / "output/.config"), "menuconfig")
"""


@pytest.mark.parametrize("file", DEFCONFIGS, ids=lambda file: file.name)
def test_defconfig_of_this_tree_is_minimal(file: Path, tmp_path: Path) -> None:
    request = Request(file.name.removesuffix("_defconfig"))
    assert minimal_defconfig(load_catalog(CHECKOUT), CHECKOUT, tmp_path, request) == file.read_text()


def test_minimal_defconfig_says_only_what_differs_and_always_the_board(tmp_path: Path) -> None:
    text = "CONFIG_BOOT_NULLFS=y\nCONFIG_IMAGE_ZSTD_LEVEL=19\n# CONFIG_PACKAGE_GAMMA is not set\n"
    tree = SmallTree(tmp_path, {"configs/one_defconfig": text})
    assert minimal_defconfig(*tree.arguments("one")) == SPDX + "CONFIG_BOARD_ONE=y\n"
    assert minimal_defconfig(*tree.arguments("two")) == SPDX + "CONFIG_BOARD_TWO=y\n"


def test_minimal_defconfig_gives_the_same_configuration_again(tmp_path: Path) -> None:
    text = (
        f"{SPDX}CONFIG_BOARD_ONE=y\nCONFIG_KERNEL_7_2=y\nCONFIG_BOOT_LEAF_TMPFS=y\n"
        'CONFIG_KERNEL_CMDLINE="a \\"b\\""\nCONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_SYSTEM_HOSTNAME="x"\n'
        "# CONFIG_PACKAGE_ALPHA is not set\n"
    )
    tree = SmallTree(tmp_path, {"configs/one_defconfig": text})
    assert minimal_defconfig(*tree.arguments("one")) == text


def test_persons_environment_for_the_kernels_kconfig_has_no_influence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = {
        "srctree": "/x",
        "GENERATED": "/x",
        "CONFIG_": "BR2_",
        "KCONFIG_CONFIG_HEADER": "x",
        "KCONFIG_CONFIG": "/x",
    }
    for name, value in persons.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    tree, local = SmallTree(tmp_path), tmp_path / ".config"
    assert minimal_defconfig(*tree.arguments("one")) == SPDX + "CONFIG_BOARD_ONE=y\n"
    update_local(*tree.arguments("one", local=local))
    assert tree.configure(local=local).name == "one"
    assert dict(os.environ) == before


def test_whole_configuration_is_written_and_comes_back(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"configs/one_defconfig": "CONFIG_PACKAGE_BETA=y\nCONFIG_IMAGE_ZSTD_LEVEL=7\n"})
    local = tmp_path / "output/one/.config"
    assert update_local(*tree.arguments("one", local=local, boot="leaf-tmpfs")) == ()
    assert "CONFIG_BOOT_LEAF_TMPFS=y\n" in local.read_text()
    tree.write({"configs/one_defconfig": None})
    config = tree.configure(local=local)
    assert (config.mode.name, config.compression) == ("leaf-tmpfs", 7)
    assert in_root(config) == ["alpha", "beta"]


def test_olddefconfig_drops_what_no_longer_holds_and_says_so(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path)
    local = tmp_path / ".config"
    local.write_text(
        "CONFIG_BOARD_ONE=y\nCONFIG_PACKAGE_DELTA=y\nCONFIG_IMAGE_ZSTD_LEVEL=99\n"
        'CONFIG_TOOLCHAIN_EXTERNAL_TUPLE="x"\nCONFIG_PACKAGE_BETA=y\n# CONFIG_PACKAGE_ALPHA is not set\n'
    )
    assert update_local(*tree.arguments("one", local=local)) == (
        ".config:2: there is no option CONFIG_PACKAGE_DELTA\n  Did you mean CONFIG_PACKAGE_BETA?",
        ".config:3: CONFIG_IMAGE_ZSTD_LEVEL=99 is out of range\n  It takes 1 to 22.",
        '.config:4: CONFIG_TOOLCHAIN_EXTERNAL_TUPLE="x" has no effect: '
        "CONFIG_TOOLCHAIN_EXTERNAL_TUPLE depends on TOOLCHAIN_EXTERNAL (=n)\n"
        "  Set what it depends on, or remove the line.",
        ".config:6: CONFIG_PACKAGE_ALPHA=n has no effect: CONFIG_PACKAGE_ALPHA is selected by PACKAGE_BETA (=y)\n"
        "  Switch that off, or remove the line.",
    )
    # What is left holds: read back without leniency.
    config = tree.configure(local=local)
    assert (config.compression, in_root(config)) == (19, ["alpha", "beta"])


def run_menu(root: Path, keys: bytes) -> str:
    """Run menuconfig in a terminal of its own, type the keys, and return what was on the screen."""
    terminal, program = pty.openpty()
    environment = {
        "TERM": "linux",
        "PYTHONPATH": str(CHECKOUT),
        "PATH": os.environ["PATH"],
        "LINES": "24",
        "COLUMNS": "80",
    }
    with subprocess.Popen(
        [sys.executable, "-c", MENU, str(root)], stdin=program, stdout=program, stderr=program, env=environment
    ) as process:
        os.close(program)
        os.write(terminal, keys)
        screen = b""
        try:
            while chunk := os.read(terminal, 4096):
                screen += chunk
        except OSError:
            pass  # the other side is closed
        os.close(terminal)
        assert process.wait() == 0, screen.decode(errors="replace")
    return screen.decode(errors="replace")


def test_menuconfig_saves_what_was_chosen(tmp_path: Path) -> None:
    # Search, go to the only match, switch it on; quit and save.
    run_menu(tmp_path, b"/PACKAGE_BETA\nyqy")
    config = SmallTree(tmp_path).configure(local=tmp_path / "output/.config")
    assert in_root(config) == ["alpha", "beta"]


def test_menuconfig_without_a_change_leaves_no_file(tmp_path: Path) -> None:
    assert "Leafroot configuration" in run_menu(tmp_path, b"q")
    assert not (tmp_path / "output/.config").exists()


def test_a_menu_starts_from_each_line_of_the_saved_file(tmp_path: Path) -> None:
    local = tmp_path / "output/.config"
    local.parent.mkdir()
    local.write_bytes("\ufeffCONFIG_BOARD_ONE=y\r\n  CONFIG_PACKAGE_BETA=y\r\n\tCONFIG_IMAGE_ZSTD_LEVEL=7".encode())
    # Switch something else on, quit and save.
    run_menu(tmp_path, b"/SYSTEM_ROOT_PASSWORD_LESS\nyqy")
    config = SmallTree(tmp_path).configure(local=local)
    assert (in_root(config), config.compression, config.root_password) == (["alpha", "beta"], 7, "")


def test_a_menu_does_not_start_from_a_line_that_it_would_pass_over(tmp_path: Path) -> None:
    tree, local = SmallTree(tmp_path), tmp_path / ".config"
    local.write_text("CONFIG_BOARD_ONE=y\nCONIFG_PACKAGE_BETA=y\n")
    with pytest.raises(LeafrootError) as caught:
        edit_local(*tree.arguments("one", local=local), "menuconfig")
    assert str(caught.value) == (".config:2: not an assignment: CONIFG_PACKAGE_BETA=y\n  Write CONFIG_PACKAGE_BETA=y.")
    assert local.read_text() == "CONFIG_BOARD_ONE=y\nCONIFG_PACKAGE_BETA=y\n"


def test_menus_say_what_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = SmallTree(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("TERM", "no-such-terminal")
    for menu, remedy in {"menuconfig": "curses supports", "guiconfig": "tkinter"}.items():
        with pytest.raises(LeafrootError, match=f"^{menu}: cannot start: .*\n  .*{remedy}"):
            edit_local(*tree.arguments("one", local=tmp_path / ".config"), menu)
        assert not (tmp_path / ".config").exists()
