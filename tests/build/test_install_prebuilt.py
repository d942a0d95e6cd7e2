# SPDX-License-Identifier: Apache-2.0
"""Packages with nothing to build, out of a Debian package and through the sandbox: what they hold, what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.describe.archive import Archive
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.graph import Asked, resolve_graph
from leafroot.plan.packages import plan_packages
from leafroot.plan.recipes.prebuilt import Prebuilt
from leafroot.plan.toolchain.from_source import plan_source_toolchain
from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.tree import File, Symlink
from leafroot.units.catalog import load_catalog
from tests.archive.tar_members import folder, link, member, tar_bytes
from tests.archive.test_ar import deb
from tests.performing import local_in, perform, this_machine

ROOT = Path(__file__).parents[2]
NAMES = ("-rf", " blank ", "new\nline", "*", "[x]?", "$HOME", "a\\b", "'\"", "%P", "#x", "\ttab")
DEB = deb(
    tar_bytes(
        member("./usr/lib/fw/start4.elf", b"start", mode=0o600),
        member("./usr/lib/fw/tool", b"#!/bin/sh", mode=0o755),
        member("./usr/lib/fw/sub dir/odd [name].txt", b"odd"),
        link("./usr/lib/fw/again.elf", "start4.elf"),
        link("./usr/lib/fw/nowhere", "gone"),
        member("./usr/lib/fw/COPYING [1]", b"text"),
        member("./usr/share/doc/fw/copyright", b"text"),
        folder("./srv/www/uploads"),
        folder("./srv/www/a/b c/d"),
        member("./srv/www/index.html", b"page"),
        *(member(f"./srv/names/{name}", b"x") for name in NAMES),
        folder("./srv/empty"),
    ),
    "data.tar",
)
Build = Callable[..., dict[str, str]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Install pairs of DEB; what is then in the package: path -> mode and text, or a link's target."""
    archive = tmp_path / "fw.deb"
    archive.write_bytes(DEB)
    local = local_in(tmp_path, checkout=ROOT, get=lambda _: archive)
    catalog = load_catalog(ROOT)
    toolchain = plan_source_toolchain(ARCHES["x86_64"], catalog, this_machine())

    def made(*install: tuple[str, str], license_files: tuple[str, ...] = ()) -> dict[str, str]:
        package = Package(
            version="1",
            license="MIT",
            build=Prebuilt(install),
            archive=Archive("debian:pool/f/fw.deb", hashlib.sha256(DEB).hexdigest(), inner="data.tar"),
            license_files=license_files,
        )
        packages = {"fw": Unit("fw", "package/fw", "Firmware.", package, ("package.py",))}
        graph = resolve_graph(packages, Asked(["fw"], "x86_64"))
        (step,) = plan_packages(graph, toolchain, packages, {"fw": ()}).values()
        perform(local, step)
        nodes = layer_from_tar("fw", local.output / step.output.path).nodes
        found = {}
        for path, node in nodes.items():
            if isinstance(node, File):
                found[path] = f"{node.mode:o}"
            elif isinstance(node, Symlink):
                found[path] = f"-> {node.target}"
            elif not any(other.startswith(f"{path}/") for other in nodes):
                found[path] = "empty folder"
        return found

    return made


def test_files_and_links_go_where_the_pairs_say(build: Build) -> None:
    assert build(
        ("usr/lib/fw/start4.elf", "boot/"),
        ("usr/lib/fw/start4.elf", "boot/other.elf"),
        ("usr/lib/fw/tool", "usr/bin/tool"),
        ("usr/lib/fw/again.elf", "boot/"),
        ("usr/lib/fw/nowhere", "boot/named"),
    ) == {
        "boot/again.elf": "-> start4.elf",
        "boot/named": "-> gone",
        "boot/other.elf": "644",
        "boot/start4.elf": "644",
        "usr/bin/tool": "755",
    }


def test_a_whole_folder_goes_without_its_licence(build: Build) -> None:
    found = build(("usr/lib/fw/", "lib/firmware/"), license_files=("usr/lib/fw/COPYING [1]",))
    assert found == {
        "lib/firmware/again.elf": "-> start4.elf",
        "lib/firmware/nowhere": "-> gone",
        "lib/firmware/start4.elf": "644",
        "lib/firmware/sub dir/odd [name].txt": "644",
        "lib/firmware/tool": "755",
    }
    # Unless nobody says that it is one.
    assert "lib/firmware/COPYING [1]" in build(("usr/lib/fw/", "lib/firmware/"))


def test_empty_folders_come_along(build: Build) -> None:
    assert build(("srv/www/", "srv/"), ("srv/empty/", "mnt/data/")) == {
        "mnt/data": "empty folder",
        "srv/a/b c/d": "empty folder",
        "srv/index.html": "644",
        "srv/uploads": "empty folder",
    }


def test_folders_of_one_name_are_one(build: Build) -> None:
    found = build(("srv/www/", "srv/"), ("srv/names/", "srv/uploads/"), ("srv/empty/", "srv/"))
    assert found["srv/uploads/-rf"] == "644" and found["srv/index.html"] == "644"


def test_a_file_may_have_any_name(build: Build) -> None:
    assert build(("srv/names/", "n/")) == {f"n/{name}": "644" for name in NAMES}
    assert build(*((f"srv/names/{name}", f"n/x{name}") for name in NAMES)) == {f"n/x{name}": "644" for name in NAMES}
    assert build(*((f"srv/names/{name}", "n/") for name in NAMES)) == {f"n/{name}": "644" for name in NAMES}


REFUSED = {
    "missing": (
        [("usr/lib/fw/start5.elf", "boot/")],
        "the source has no 'usr/lib/fw/start5.elf'\n"
        "  usr/lib/fw has: COPYING [1], again.elf, nowhere, start4.elf, sub dir, tool",
    ),
    "missing folder": (
        [("lib/firmware/", "boot/")],
        "the source has no folder 'lib/firmware/'\n  the top has: srv, usr",
    ),
    "folder that is a file": (
        [("usr/lib/fw/tool/", "boot/")],
        "the source has no folder 'usr/lib/fw/tool/'\n"
        "  usr/lib/fw has: COPYING [1], again.elf, nowhere, start4.elf, sub dir, tool",
    ),
    "file that is a folder": (
        [("usr/lib/fw", "boot/")],
        "'usr/lib/fw' is a folder\n  Write 'usr/lib/fw/' to install everything in it.",
    ),
    "twice": (
        [("usr/lib/fw/start4.elf", "boot/tool"), ("usr/lib/fw/tool", "boot/")],
        "'boot/tool' is installed twice, now from 'usr/lib/fw/tool'",
    ),
    "twice, by a folder": (
        [("usr/lib/fw/tool", "boot/start4.elf"), ("usr/lib/fw/", "boot/")],
        "'boot/start4.elf' is installed twice, now from 'usr/lib/fw/start4.elf'",
    ),
    "a folder over a file": (
        [("usr/lib/fw/tool", "srv/uploads"), ("srv/www/", "srv/")],
        "'srv/uploads' is installed twice, now from 'srv/www/uploads'",
    ),
    "a folder over a link": (
        [("usr/lib/fw/nowhere", "srv/uploads"), ("srv/www/", "srv/")],
        "'srv/uploads' is installed twice, now from 'srv/www/uploads'",
    ),
    "into a file": ([("usr/lib/fw/tool", "boot"), ("srv/www/", "boot/")], "'boot/' is a file already"),
}


@pytest.mark.parametrize(("install", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_installed_is_told(build: Build, install: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(LeafrootError) as error:
        build(*install)
    assert str(error.value) == f"fw 1: {message}"
