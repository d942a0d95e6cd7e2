# SPDX-License-Identifier: Apache-2.0
"""How much is tried: a few hundred inputs by default, the same in every run; `pytest -m slow` tries many new ones."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
QUICK = settings(max_examples=200, derandomize=True, **COMMON)  # type: ignore[arg-type]
LONG = settings(max_examples=5_000, **COMMON)  # type: ignore[arg-type]
