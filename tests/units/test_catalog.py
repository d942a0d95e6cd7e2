# SPDX-License-Identifier: Apache-2.0
"""What is loaded as a unit, from where, and what of its folder counts."""

import subprocess
import sys
from pathlib import Path

import pytest

from leafroot.describe.board import Board, Series
from leafroot.describe.package import Package
from leafroot.describe.patch import Patch
from leafroot.errors import LeafrootError
from leafroot.plan.recipes.protocol import unit_sources
from leafroot.step import Folder
from leafroot.units.catalog import Catalog, load_catalog
from tests.small_tree import CHECKOUT, PATCH, Code, SmallTree, package, series

KINDS = {"package": ("package.py", Package), "board": ("board.py", Board), "linux": ("kernel.py", Series)}
REAL = sorted(file.parent for kind, (name, _) in KINDS.items() for file in CHECKOUT.glob(f"{kind}/*/{name}"))


@pytest.fixture(scope="module")
def real() -> Catalog:
    return load_catalog(CHECKOUT)


@pytest.mark.parametrize("folder", REAL, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_unit_of_this_tree_is_loaded(folder: Path, real: Catalog) -> None:
    units = {"package": real.packages, "board": real.boards, "linux": real.series}[folder.parent.name]
    unit = units[folder.name]
    name, kind = KINDS[folder.parent.name]
    assert isinstance(unit.value, kind)
    assert unit.folder == f"{folder.parent.name}/{folder.name}"
    assert name in unit.files
    # The summary is a line of a menu and of a list.
    assert 0 < len(unit.summary) <= 100


def test_catalog_has_all_folders_of_this_tree(real: Catalog) -> None:
    assert len(REAL) == len(real.packages) + len(real.boards) + len(real.series)


def test_backups_and_bytecode_are_not_files_of_a_unit(tmp_path: Path) -> None:
    archive = Code('Archive("https://a.example/a.tar", "%s")' % ("0" * 64))
    tree = SmallTree(tmp_path, {"package/alpha/package.py": package(archive=archive)})
    folder = tmp_path / "package/alpha"
    unwanted = [
        "package.py~",
        ".package.py.swp",
        "#package.py#",
        "__pycache__/x.pyc",
        "old.pyc",
        "patches/__pycache__/y",
    ]
    wanted = ["patches/2.patch", "patches/10.patch", "files/.profile", "Config.in"]
    tree.write({f"package/alpha/{name}": PATCH if name.endswith(".patch") else "" for name in [*unwanted, *wanted]})
    (folder / "files" / "run").symlink_to("/run")
    assert tree.catalog().packages["alpha"].files == (
        "Config.in",
        "files/.profile",
        "files/run",
        "package.py",
        "patches/10.patch",
        "patches/2.patch",
    )


def test_folders_that_hold_nothing_are_no_units(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"package/gone/__pycache__/package.pyc": "", "package/README": "", "board/.git/x": ""})
    (tmp_path / "linux/6.18").mkdir()
    catalog = tree.catalog()
    assert list(catalog.packages) == ["alpha", "beta", "gamma", "gcc"]
    assert list(catalog.boards) == ["one", "two"]
    assert list(catalog.series) == ["6.1", "6.12", "7.2"]


def test_shared_kernel_fragments_are_no_series_but_any_other_folder_must_be(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"linux/config/initramfs.config": ""})
    tree.catalog()
    tree.write({"linux/konfig/initramfs.config": ""})
    with pytest.raises(LeafrootError, match=r"^linux/konfig: this folder has no kernel\.py"):
        tree.catalog()


def test_external_tree_adds_units_under_its_own_path(tmp_path: Path) -> None:
    tree = SmallTree(
        tmp_path / "main",
        {
            "../product/package/delta/package.py": package("Fourth.", depends=["alpha"]),
            "../product/linux/6.6/kernel.py": series("6.6.30"),
        },
    )
    catalog = tree.catalog(
        "../product",
    )
    product = tmp_path / "main/../product"
    assert catalog.packages["delta"].folder == f"{product}/package/delta"
    assert list(catalog.series) == ["6.1", "6.6", "6.12", "7.2"]
    assert catalog.trees == (tmp_path / "main", product)


def test_loading_leaves_no_files_and_no_modules_behind(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    script = "import sys; from pathlib import Path; from leafroot.units.catalog import load_catalog\n"
    script += "load_catalog(Path(sys.argv[1])); assert not {'package', 'alpha', 'board'} & set(sys.modules)"
    # In a process of its own: this one may have been told not to write bytecode at all.
    environment = {"PYTHONPATH": str(CHECKOUT), "PYTHONPYCACHEPREFIX": ""}
    subprocess.run([sys.executable, "-c", script, str(tree.root)], env=environment, check=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_error_of_the_vocabulary_gets_the_line_of_the_description(tmp_path: Path) -> None:
    archive = "archive=Archive('https://x.example/a.tar', sha256='12')"
    tree = SmallTree(tmp_path, {"package/alpha/package.py": package(build=f"Autotools(),\n    {archive}")})
    with pytest.raises(LeafrootError) as error:
        tree.catalog()
    assert error.value.where == "package/alpha/package.py:9"
    assert "SHA-256" in error.value.message


def test_links_within_src_stay_links_and_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"package/alpha/src/real/x.h": "", "common.c": "", "package/alpha/src/$a 'b'.c": ""})
    src = tmp_path / "package/alpha/src"
    for name, target in {
        "inc": "real",
        "real/up": "..",
        "gone.mk": "real/gone",
        "loop": "loop",
        "l.h": "real/x.h",
    }.items():
        (src / name).symlink_to(target)
    (src / "common.c").symlink_to("../../../common.c")
    unit = tree.catalog().packages["alpha"]
    assert unit.links == (
        ("src/gone.mk", "real/gone"),
        ("src/inc", "real"),
        ("src/loop", "loop"),
        ("src/real/up", ".."),
    )
    assert unit.below("src") == tuple(
        f"package/alpha/src/{name}" for name in ("$a 'b'.c", "common.c", "l.h", "real/x.h")
    )
    (folder,) = unit_sources(unit)
    assert isinstance(folder, Folder) and ("inc", "real") in folder.links


@pytest.mark.parametrize(("name", "file"), [("src", "deep/file"), ("patches", "1.patch")])
def test_a_folder_of_sources_may_be_a_link(tmp_path: Path, name: str, file: str) -> None:
    archive = Code('Archive("https://a.example/a.tar", "%s")' % ("0" * 64))
    described = package(archive=archive if name == "patches" else None)
    tree = SmallTree(tmp_path / "tree", {f"../elsewhere/{file}": PATCH, "package/alpha/package.py": described})
    (tmp_path / "tree/package/alpha" / name).symlink_to(tmp_path / "elsewhere")
    unit = tree.catalog().packages["alpha"]
    assert unit.below(name) == (f"package/alpha/{name}/{file}",)
    assert unit.patches == ((Patch("package/alpha/patches/1.patch"),) if name == "patches" else ())
