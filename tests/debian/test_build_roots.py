# SPDX-License-Identifier: Apache-2.0
"""Lock files of build roots: what is pinned in which, with which licence."""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from leafroot.debian.apt import Apt
from leafroot.debian.build_roots import lock_of, lock_roots
from leafroot.describe.archive import Archive, DebianPackage
from leafroot.describe.build_root import BuildRoot, with_beside
from leafroot.describe.unit import Unit
from leafroot.step import Usr
from leafroot.store.trees import Store
from leafroot.units.lock import pinned, read_lock
from tests.archive.tar_members import member, tar_bytes
from tests.archive.test_ar import deb

DEPENDS = {
    "make": ["libc6", "dpkg"],
    "gcc": ["libc6", "binutils"],
    "meson": ["python3", "libc6", "hostname"],
    "binutils": ["libasan8"],
    **{name: [] for name in ("libc6", "dpkg", "python3", "libasan8", "tzdata", "hostname")},
}
FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: Expat\n"


class FakeApt:
    """Knows the packages of DEPENDS; their files are below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def closure(self, names: Sequence[str]) -> list[DebianPackage]:
        found: dict[str, DebianPackage] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.package(name)
                waiting += DEPENDS[name]
        return sorted(found.values(), key=lambda one: one.name)

    def package(self, name: str) -> DebianPackage:
        copyright_file = member(f"./usr/share/doc/{name}/copyright", FORMAT.encode())
        files = [member(f"./usr/bin/{name}", b"x")] + ([copyright_file] if name != "libc6" else [])
        data = deb(lzma.compress(tar_bytes(*files)))
        (self.folder / f"{name}_1-1_amd64.deb").write_bytes(data)
        return pinned(name, "1-1", f"pool/{name}_1-1_amd64.deb", hashlib.sha256(data).hexdigest())


def root(name: str, **fields: Sequence[str]) -> Unit[BuildRoot]:
    value = BuildRoot(**fields)  # type: ignore[arg-type]
    return Unit(name, f"buildroots/{name}", f"{name}.", value, ("root.py",), description="root.py")


ROOTS = {
    "compile": root("compile", packages=["make", "gcc"], leave_out=["libasan8"]),
    "meson": root("meson", packages=["meson"], beside=["compile"]),
    "docs": root("docs", packages=["python3"], beside=["meson"]),
    "dates": root("dates", packages=["make", "tzdata"]),
}


@pytest.fixture
def found(tmp_path: Path) -> dict[str, list[DebianPackage]]:
    fetched: list[Archive] = []
    store = Store(tmp_path / "trees", lambda archive: tmp_path / archive.file_name, Usr("/usr", "none", ()))
    made = lock_roots(ROOTS, cast(Apt, FakeApt(tmp_path)), store, fetched.extend)
    assert {one.archive for packages in made.values() for one in packages} <= set(fetched)
    return made


def test_a_root_pins_its_closure_without_what_those_beside_it_have(found: dict[str, list[DebianPackage]]) -> None:
    assert {name: [one.name for one in packages] for name, packages in found.items()} == {
        # Neither what only an installed system needs (dpkg), nor what the description leaves out.
        "compile": ["binutils", "gcc", "libc6", "make"],
        "meson": ["meson", "python3"],
        "docs": [],
        # What only an installed system needs is there if it is named.
        "dates": ["libc6", "make", "tzdata"],
    }


def test_licences_are_those_of_the_copyright_files(found: dict[str, list[DebianPackage]]) -> None:
    assert {one.name: one.license for one in found["compile"]} == {
        "binutils": "MIT",
        "gcc": "MIT",
        "libc6": "unknown",
        "make": "MIT",
    }


def test_a_lock_file_is_read_as_it_was_made(found: dict[str, list[DebianPackage]], tmp_path: Path) -> None:
    file = tmp_path / "x86_64.lock"
    file.write_text(lock_of(found["compile"], "compile", "x86_64", "trixie"))
    assert file.read_text().startswith(
        "# SPDX-License-Identifier: Apache-2.0\n# Made by 'scons lock RELEASE=trixie'; not for editing.\n"
        "# The build root 'compile' on x86_64, of Debian trixie.\nbinutils\t1-1\tMIT\tpool/binutils_1-1_amd64.deb\t"
    )
    assert list(read_lock(file, "x86_64.lock", "scons lock")) == found["compile"]


def test_all_roots_beside_a_root_are_found_once() -> None:
    assert with_beside(ROOTS, ["docs", "meson"]) == ["meson", "compile", "docs"]
