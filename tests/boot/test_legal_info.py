# SPDX-License-Identifier: Apache-2.0
"""The licence report of a real image: a folder with a table, and every text that the table names."""

from __future__ import annotations

import csv
from collections.abc import Callable

from tests.boot.conftest import ROOT


def test_legal_info_has_every_listed_licence_text(scons: Callable[..., str]) -> None:
    output = "output/test/6.12-nullfs-source"
    printed = scons("BOARD=qemu_x86_64", f"OUTPUT={output}", "legal-info")
    folder = ROOT / output / "qemu_x86_64" / "legal-info"
    assert f"{folder}\n" in printed
    with (folder / "licenses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [folder / row["name"] / text for row in rows for text in row["texts"].split()]
    assert len(texts) > 5
    assert all("icens" in text.read_text() or "opyright" in text.read_text() for text in texts)
    assert set(texts) == {path for path in folder.rglob("*") if path.is_file()} - {
        folder / "licenses.csv",
        folder / "leafroot" / "LICENSE",
    }
