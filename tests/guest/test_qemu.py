# SPDX-License-Identifier: Apache-2.0
"""Consoles that pass the boot test, and every way to fail it."""

from __future__ import annotations

import pytest

from leafroot.guest.qemu import memory_in_use, verdict

GOOD = "[    1.0] Run /init\nTAP version 13\n1..2\nok 1 - root: fine\nok 2 - left\nleafroot.check: status 0\n"


def test_a_console_with_all_checks_passes() -> None:
    assert verdict(GOOD) == ""


@pytest.mark.parametrize(
    ("console", "reason"),
    [
        pytest.param("", "the guest did not begin its checks", id="nothing"),
        pytest.param("Kernel panic - not syncing\n", "the guest did not begin its checks", id="panic"),
        pytest.param(
            GOOD.replace("ok 2 - left", "not ok 2 - left"),
            "the guest's checks failed: not ok 2 - left",
            id="a check failed, whatever the status",
        ),
        pytest.param(
            GOOD.replace("ok 2 - left\n", ""), "the guest announced 2 checks and did 1", id="a check is missing"
        ),
        pytest.param(
            GOOD.replace("leafroot.check: status 0\n", ""), "the guest did not finish its checks", id="no verdict"
        ),
        pytest.param(GOOD.replace("status 0", "status 3"), "the guest's checks ended with status 3", id="status"),
        pytest.param("1..0\nleafroot.check: status 0\n", "the guest announced 0 checks and did 0", id="no checks"),
    ],
)
def test_an_incomplete_or_failed_console_does_not_pass(console: str, reason: str) -> None:
    assert verdict(console) == reason


def test_the_memory_in_use_is_reported() -> None:
    assert memory_in_use(f"{GOOD}leafroot.memory: 44544 of 262012 KiB\r\n") == ", 43.5 of 256 MiB of memory in use"
    assert memory_in_use(GOOD) == ""
