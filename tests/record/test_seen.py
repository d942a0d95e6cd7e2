# SPDX-License-Identifier: Apache-2.0
"""The record of what was seen of packages: later runs replace lines, and old versions do not count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.record.seen import FILE, Seen, read_seen, still_true, write_seen

CURL = Seen("curl", "x86_64", "8.14.1", 700_000, "2026-11-30", "6.12.107", "nullfs")
TMUX = replace(CURL, package="tmux", version="3.5a")
ON_ARM = replace(CURL, arch="arm")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path


def test_without_a_record_nothing_was_seen(checkout: Path) -> None:
    assert read_seen(checkout) == ()


def test_a_line_is_for_a_package_on_an_architecture(checkout: Path) -> None:
    write_seen(checkout, [TMUX, CURL, ON_ARM], [], "x86_64")
    later = replace(CURL, date="2026-12-24", size=1)
    write_seen(checkout, [later], [], "x86_64")
    assert read_seen(checkout) == (ON_ARM, later, TMUX)
    assert (checkout / FILE).read_text().splitlines()[2:4] == [
        "package\tarch\tversion\tsize\tdate\tkernel\tmode",
        "curl\tarm\t8.14.1\t700000\t2026-11-30\t6.12.107\tnullfs",
    ]


def test_what_fails_is_no_longer_seen_to_pass(checkout: Path) -> None:
    write_seen(checkout, [TMUX, CURL, ON_ARM], [], "x86_64")
    write_seen(checkout, [], ["curl", "never-seen"], "x86_64")
    assert read_seen(checkout) == (ON_ARM, TMUX)


def test_another_version_does_not_count() -> None:
    found = still_true([CURL, ON_ARM, TMUX], {"curl": "8.14.1", "tmux": "3.6"})
    assert found == {"curl": {"x86_64": CURL, "arm": ON_ARM}}


@pytest.mark.parametrize("line", ["curl\tx86_64", "curl\tx86_64\t8\tmuch\t2026-11-30\t6.12\tnullfs", ""])
def test_a_line_that_is_none_is_refused(checkout: Path, line: str) -> None:
    (checkout / FILE).write_text(f"# SPDX\n{line}\n")
    with pytest.raises(LeafrootError) as caught:
        read_seen(checkout)
    assert str(caught.value) == (
        "docs/packages.tsv:2: this is not a line of 7 columns with a size in the fourth\n"
        "  Remove it: 'pytest -m packages' writes it again."
    )
