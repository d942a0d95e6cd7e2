# SPDX-License-Identifier: Apache-2.0
"""What a person with a misspelt name is offered."""

from __future__ import annotations

import pytest

from leafroot.errors import nearest

MANY = [f"name-{number}" for number in range(13)]


@pytest.mark.parametrize(
    ("name", "known", "sentence"),
    [
        ("boot-tets", ["boot", "boot-files", "boot-test"], "Did you mean boot-test?"),
        ("6.13", ["6.1", "6.12", "7.2"], "Did you mean 6.1 or 6.12?"),
        ("board", ["BOARD", "BOOT"], "Did you mean BOARD?"),
        ("MUSL", ["musl", "Musl", "glibc"], "Did you mean Musl?"),
        ("rpi4", ["two", "one"], "Available: one, two."),
        ("rpi4", ["One", "one"], "Available: One, one."),
        ("rpi4", [], ""),
        ("rpi4", MANY, ""),
        ("name-77", MANY, "Did you mean name-7?"),
    ],
)
def test_the_nearest_names_are_offered_or_else_all_if_they_are_few(name: str, known: list[str], sentence: str) -> None:
    assert nearest(name, known) == sentence
