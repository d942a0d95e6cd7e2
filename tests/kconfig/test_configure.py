# SPDX-License-Identifier: Apache-2.0
"""What the configuration of a board becomes, layer upon layer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leafroot.kconfig.config import ExternalToolchain, configure
from leafroot.kconfig.resolve import Request, resolve
from leafroot.units.catalog import load_catalog
from tests.small_tree import CHECKOUT, SmallTree, board, in_root, package

REAL_BOARDS = sorted(file.parent.name for file in CHECKOUT.glob("board/*/board.py"))
HASH = f"$6$ab${'cd/.' * 21}e."


@pytest.mark.parametrize("name", REAL_BOARDS)
def test_board_of_this_tree_is_configured(name: str, tmp_path: Path) -> None:
    config = configure(load_catalog(CHECKOUT), CHECKOUT, tmp_path, Request(name))
    assert config.name == name
    assert set(config.board.value.packages) <= set(in_root(config))


@pytest.mark.parametrize("name", [name for name in REAL_BOARDS if name.startswith("qemu_")])
def test_qemu_board_opens_a_login_without_a_password(name: str, tmp_path: Path) -> None:
    assert configure(load_catalog(CHECKOUT), CHECKOUT, tmp_path, Request(name)).root_password == ""


def test_an_empty_configuration_has_the_defaults(tmp_path: Path) -> None:
    config = SmallTree(tmp_path).configure()
    assert (config.name, config.arch.name) == ("one", "x86_64")
    assert (config.series.name, config.mode.name, in_root(config)) == ("6.12", "nullfs", ["alpha"])
    assert (config.toolchain, config.hostname, config.root_password) == ("source", "leafroot", "*")
    assert (config.overlays, config.files, config.compression, config.cmdline) == ((), {}, 19, "")


def test_a_saved_configuration_serves_as_a_fragment(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path)
    resolved = resolve(load_catalog(tree.root), tree.root, tmp_path / "generated", Request("one"))
    saved = tmp_path / "saved.config"
    resolved.kconf.write_config(str(saved))
    assert "CONFIG_ARCH=" in saved.read_text() and "CONFIG_LIBC_MUSL=y" in saved.read_text()
    assert replace(tree.configure(fragments=[saved]), cmdline_at="") == tree.configure()


# Lines of the defconfig, and what they change.
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "host name": ('CONFIG_SYSTEM_HOSTNAME="gate-7"', {"hostname": "gate-7"}),
    "no password": ("CONFIG_SYSTEM_ROOT_PASSWORD_LESS=y", {"root_password": ""}),
    "password": (f'CONFIG_SYSTEM_ROOT_PASSWORD_HASH="{HASH}"', {"root_password": HASH}),
    "compression": ("CONFIG_IMAGE_ZSTD_LEVEL=3", {"compression": 3}),
    "memory": ("CONFIG_BOARD_MEMORY=512", {"memory": 512}),
    "size of the root": ('CONFIG_SYSTEM_ROOT_SIZE="96M"', {"root_size": "96M"}),
    "command line": (r'CONFIG_KERNEL_CMDLINE="quiet x=\"a b\""', {"cmdline": 'quiet x="a b"'}),
    "comments": ("\n# a comment\n  \nCONFIG_IMAGE_ZSTD_LEVEL=4  \n", {"compression": 4}),
    "Debian's compiler": ("CONFIG_TOOLCHAIN_DEBIAN=y", {"toolchain": "debian"}),
    "compiler in a folder": (
        'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="/opt/x"',
        {"toolchain": ExternalToolchain("/opt/x", "x86_64-linux-gnu")},
    ),
    "compiler in a folder, with its tuple": (
        'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="/opt/x"\n'
        'CONFIG_TOOLCHAIN_EXTERNAL_TUPLE="x86_64-foo-linux-gnu"',
        {"toolchain": ExternalToolchain("/opt/x", "x86_64-foo-linux-gnu")},
    ),
}


@pytest.mark.parametrize(("text", "expected"), SETTINGS.values(), ids=SETTINGS)
def test_a_setting_in_the_defconfig_reaches_the_configuration(
    text: str, expected: dict[str, Any], tmp_path: Path
) -> None:
    config = SmallTree(tmp_path, {"configs/one_defconfig": f"CONFIG_BOARD_ONE=y\n{text}\n"}).configure()
    assert {name: getattr(config, name) for name in expected} == expected


def test_each_board_has_its_own_defaults(tmp_path: Path) -> None:
    config = SmallTree(tmp_path).configure("two")
    assert (config.series.name, config.mode.name, in_root(config)) == ("7.2", "nullfs", ["alpha", "beta"])


def test_packages_come_dependencies_first_then_by_name(tmp_path: Path) -> None:
    needs = {"z": [], "a": ["m", "z"], "m": ["z"], "b": [], "unused": []}
    files = {f"package/{name}/package.py": package(depends=depends) for name, depends in needs.items()}
    tree = SmallTree(tmp_path, {**files, "board/one/board.py": board(packages=["b", "a"])})
    assert in_root(tree.configure()) == ["b", "z", "m", "a"]


def test_package_can_be_on_for_every_board_and_off_again(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"package/delta/package.py": package(default=True)})
    assert in_root(tree.configure()) == ["alpha", "delta"]
    tree.write({"off.config": "# CONFIG_PACKAGE_DELTA is not set\n# CONFIG_PACKAGE_ALPHA is not set\n"})
    assert in_root(tree.configure(fragments=[Path("off.config")])) == []


def test_later_layers_go_over_earlier_ones(tmp_path: Path) -> None:
    tree = SmallTree(
        tmp_path,
        {
            "configs/one_defconfig": "CONFIG_BOOT_ROOTFS=y\nCONFIG_IMAGE_ZSTD_LEVEL=2\n",
            "1.config": "CONFIG_BOOT_NULLFS=y\nCONFIG_IMAGE_ZSTD_LEVEL=3\nCONFIG_KERNEL_6_12=y\n",
            "2.config": "CONFIG_PACKAGE_BETA=y\nCONFIG_IMAGE_ZSTD_LEVEL=4\n",
        },
    )
    assert (tree.configure().mode.name, tree.configure().compression) == ("rootfs", 2)
    config = tree.configure(fragments=[Path("1.config"), Path("2.config")], boot="leaf-tmpfs", kernel="7.2")
    assert (config.mode.name, config.series.name, config.compression) == ("leaf-tmpfs", "7.2", 4)
    assert in_root(config) == ["alpha", "beta"]


def test_toolchain_of_the_command_line_goes_over_the_defconfigs(tmp_path: Path) -> None:
    text = 'CONFIG_TOOLCHAIN_EXTERNAL=y\nCONFIG_TOOLCHAIN_EXTERNAL_PREFIX="/opt"\n'
    tree = SmallTree(tmp_path, {"configs/one_defconfig": text})
    assert tree.configure(toolchain="debian").toolchain == "debian"
    assert tree.configure(toolchain="source").toolchain == "source"


def test_saved_configuration_stands_in_for_the_defconfig_once_it_exists(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"configs/one_defconfig": "CONFIG_IMAGE_ZSTD_LEVEL=2\n"})
    local = tmp_path / "local.config"
    assert tree.configure(local=local).compression == 2
    # What follows from other options is in the file too, and is taken as no wish.
    local.write_text("CONFIG_BOARD_ONE=y\nCONFIG_TOOLCHAIN_DEBIAN=y\nCONFIG_TOOLCHAIN_CXX=y\nCONFIG_PACKAGE_BETA=y\n")
    config = tree.configure(local=local)
    assert (config.compression, config.toolchain, in_root(config)) == (19, "debian", ["alpha", "beta"])


def test_overlays_are_the_boards_then_the_configurations_then_the_command_lines(tmp_path: Path) -> None:
    tree = SmallTree(
        tmp_path,
        {
            "board/one/overlay/etc/a": "",
            "extra/etc/b": "",
            "product/more/etc/c": "",
            "product/configs/one_defconfig": 'CONFIG_SYSTEM_OVERLAYS="extra  more/"\n',
            "last/d": "",
        },
    )
    config = tree.configure(external=("product",), overlays=["last", str(tmp_path / "extra")])
    assert [listing.folder for listing in config.overlays] == [
        "board/one/overlay",
        "extra",
        f"{tmp_path}/product/more",
        "last",
        f"{tmp_path}/extra",
    ]
    assert config.overlays[0].files() == ("board/one/overlay/etc/a",)


def test_files_of_selected_packages_are_listed(tmp_path: Path) -> None:
    files = {f"package/{name}/files/etc/{name}": "" for name in ("alpha", "beta", "delta")}
    tree = SmallTree(tmp_path, {**files, "package/delta/package.py": package(build="Files()", default=True)})
    config = tree.configure()
    assert {name: listing.files() for name, listing in config.files.items()} == {
        "alpha": ("package/alpha/files/etc/alpha",),
        "delta": ("package/delta/files/etc/delta",),
    }


def test_options_of_a_unit_show_only_with_the_unit(tmp_path: Path) -> None:
    option = 'config PACKAGE_BETA_FAST\n\tbool "fast"\n\tselect PACKAGE_GAMMA\n'
    tree = SmallTree(tmp_path, {"package/beta/Config.in": option, "fast.config": "CONFIG_PACKAGE_BETA_FAST=y\n"})
    assert in_root(tree.configure("two", fragments=[Path("fast.config")])) == ["alpha", "gamma", "beta"]
    with pytest.raises(Exception, match=r"CONFIG_PACKAGE_BETA_FAST depends on PACKAGE_BETA \(=n\)"):
        tree.configure("one", fragments=[Path("fast.config")])
