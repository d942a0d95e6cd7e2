# SPDX-License-Identifier: Apache-2.0
"""The external tree that a reader of all pages has made, and what Leafroot makes of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.units.catalog import Catalog, load_catalog
from tests.build_machine import MACHINE
from tests.docs.page import (
    EXTERNAL,
    PAGES,
    ROOT,
    fences,
    shown_commands,
)


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The external tree that a reader of all pages has made."""
    tree = tmp_path_factory.mktemp("docs") / "acme"
    for page in PAGES:
        for fence in fences(page):
            if fence.is_file:
                file = tree / fence.name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(fence.text)
    for page in PAGES:
        for words in shown_commands(page):
            if words[0] in ("cp", "chmod"):
                subprocess.run([word.replace(EXTERNAL, str(tree)) for word in words], cwd=ROOT, check=True)
    return tree


@pytest.fixture(scope="session")
def catalog(acme: Path) -> Catalog:
    return load_catalog(ROOT, [acme], processor="x86_64")


@pytest.fixture
def configured(catalog: Catalog, tmp_path: Path) -> Callable[..., Config]:
    def make(board: str = "qemu_x86_64", text: str = "", **asked: str) -> Config:
        fragment = tmp_path / "fragment.config"
        fragment.write_text(text)
        return configure(catalog, ROOT, tmp_path / "kconfig", Request(board, fragments=[fragment], **asked))  # type: ignore[arg-type]

    return make


@pytest.fixture
def planned(configured: Callable[..., Config]) -> Callable[..., Plan]:
    def make(board: str = "qemu_x86_64", text: str = "", **asked: str) -> Plan:
        return plan_board(configured(board, text, **asked), MACHINE)

    return make
