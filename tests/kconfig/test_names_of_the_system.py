# SPDX-License-Identifier: Apache-2.0
"""What a product calls itself: host names, and a time zone, inittab and profile of an overlay."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.layers import layer_from_directory
from leafroot.rootfs.tree import File, Symlink, merge_layers
from tests.small_tree import CHECKOUT, SmallTree


def hostname(place: Path, name: str) -> str:
    tree = SmallTree(place, {"name.config": f'CONFIG_SYSTEM_HOSTNAME="{name}"\n'})
    return tree.configure(fragments=[Path("name.config")]).hostname


@pytest.mark.parametrize("name", ["gw", "gw-01", "GW", "7", "a" * 63])
def test_a_host_name_is_taken(tmp_path: Path, name: str) -> None:
    assert hostname(tmp_path, name) == name


@pytest.mark.parametrize("name", ["gw.example.com", "my_board", "-x", "x-", "a" * 64, "", "gw\u200b", "gw 1", "gwé"])
def test_what_is_no_host_name_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(LeafrootError, match=r"^name\.config:1: .*is not a host name"):
        hostname(tmp_path, name)


def test_time_zone_inittab_and_profile_of_an_overlay_count(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    (etc / "inittab").write_text("::sysinit:/bin/true\n")
    (etc / "profile").write_text("export LC_ALL=C.UTF-8\n")
    skeleton = layer_from_directory("skeleton", CHECKOUT / "package/skeleton/files", override=False)
    root = merge_layers([skeleton, layer_from_directory("overlay", tmp_path)]).entries
    assert root["etc/localtime"].node == Symlink("/usr/share/zoneinfo/Europe/Berlin")
    for name in ("inittab", "profile"):
        node = root[f"etc/{name}"].node
        assert isinstance(node, File) and node.read() == (etc / name).read_bytes()
