# SPDX-License-Identifier: Apache-2.0
"""Configurations of the real tree, for tests that compare plans as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from leafroot.kconfig.config import Config, configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import Plan, plan_board
from leafroot.step import Output, Step, Text
from leafroot.units.catalog import Catalog, load_catalog
from tests.build_machine import MACHINE

ROOT = Path(__file__).parents[2]


def step_of(plan: Plan, path: str) -> Step:
    """The one step of a plan that makes the output at this path."""
    (found,) = (step for step in plan.steps if step.output.path == path)
    return found


def asked_of(step: Step) -> str:
    """What a step of a configuration asks of Kconfig, with the places."""
    (text,) = (item.text for item in step.inputs if isinstance(item, Text) and item.at == "/asked")
    return text


def paths(outputs: Iterable[Output]) -> list[str]:
    """The places of outputs."""
    return [output.path for output in outputs]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog(ROOT)


@pytest.fixture
def configured(catalog: Catalog, tmp_path: Path) -> Callable[..., Config]:
    def make(board: str = "qemu_x86_64", **asked: Any) -> Config:
        return configure(catalog, ROOT, tmp_path / "kconfig", Request(board, **asked))

    return make


@pytest.fixture
def planned(configured: Callable[..., Config]) -> Callable[..., Plan]:
    def make(board: str = "qemu_x86_64", **asked: Any) -> Plan:
        return plan_board(configured(board, **asked), MACHINE)

    return make
