# SPDX-License-Identifier: Apache-2.0
"""Made-up Raspberry Pis, each in a place of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_up_pi import Pi, make_pi


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return make_pi(tmp_path)


@pytest.fixture
def another_pi(tmp_path: Path) -> Callable[[str], Pi]:
    return lambda name: make_pi(tmp_path / name)
