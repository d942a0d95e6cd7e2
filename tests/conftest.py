# SPDX-License-Identifier: Apache-2.0
"""What all tests run with."""

import os

import pytest

from tests import programs


@pytest.fixture(scope="session", autouse=True)
def path_with_the_programs_of_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests call the programs of tests/programs.py, and not this machine's, where both are there."""
    folder = tmp_path_factory.mktemp("programs")
    programs.provide(folder)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
