# SPDX-License-Identifier: Apache-2.0
"""The made-up checkout, its undisturbed build, and the figures that the tests print at their end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from building import Place
from made_up_firmware import Firmware, make_firmware

_FIGURES: list[str] = []

Tell = Callable[[str], None]


@pytest.fixture(scope="session")
def tell() -> Tell:
    """Takes a line of figures, to be printed when all tests have run."""
    return _FIGURES.append


def pytest_addoption(parser: pytest.Parser) -> None:
    """An option to repeat what a run printed."""
    parser.addoption("--seed", help="the seed of random kills and faults; without it, another in each run")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of what is random in a test; the test prints it."""
    return int(request.config.getoption("--seed") or random.SystemRandom().randrange(1 << 32))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, before pytest's own last line."""
    if _FIGURES:
        terminalreporter.section("reliability")
        for line in _FIGURES:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Firmware:
    return make_firmware(tmp_path_factory.mktemp("firmware"))


@pytest.fixture(scope="session")
def undisturbed(firmware: Firmware, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A finished build that nothing has disturbed; nobody changes it."""
    place = Place(firmware.tree, tmp_path_factory.mktemp("undisturbed"), firmware.words)
    place.build()
    return place


@pytest.fixture
def place(firmware: Firmware, tmp_path: Path) -> Iterator[Place]:
    """A place for builds of the made-up checkout, empty."""
    before = firmware.words_file.read_text()
    yield Place(firmware.tree, tmp_path / "place", firmware.words)
    firmware.words_file.write_text(before)
