# SPDX-License-Identifier: Apache-2.0
"""What packages ask of a kernel, by its series."""

from __future__ import annotations

import pytest

from leafroot.describe.package import kernel_options

ASKED = ["TUN", "NR_CPUS=4", 'CMDLINE="quiet from 6.1"', "NEWER from 6.17"]


@pytest.mark.parametrize(
    ("series", "newer"), [((6, 12), []), ((6, 17), ["NEWER"]), ((7, 2), ["NEWER"])], ids=["older", "same", "later"]
)
def test_options_that_older_kernels_do_not_know(series: tuple[int, int], newer: list[str]) -> None:
    assert kernel_options(ASKED, series) == ["TUN", "NR_CPUS=4", 'CMDLINE="quiet from 6.1"', *newer]
