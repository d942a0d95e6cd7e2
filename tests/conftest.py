# SPDX-License-Identifier: Apache-2.0
"""What all tests run with."""

import os

import pytest

from tests import programs

# A guest uses up to 4 GiB of memory.
_MOST_GUESTS = 4


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The marker `containers` has a guest on each processor at a time; other runs have no workers."""
    processors = min(len(os.sched_getaffinity(0)), _MOST_GUESTS)
    return processors if config.option.markexpr == "containers" else 0


@pytest.fixture(scope="session", autouse=True)
def path_with_the_programs_of_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests call the programs of tests/programs.py, and not this machine's, where both are there."""
    folder = tmp_path_factory.mktemp("programs")
    programs.provide(folder)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
