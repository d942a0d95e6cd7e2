# SPDX-License-Identifier: Apache-2.0
"""The smallest machine on which something works, found by halving."""

from __future__ import annotations

from collections.abc import Callable

from leafroot.errors import LeafrootError


def smallest(works: Callable[[int], bool], enough: int, step: int, repeats: int = 3) -> int:
    """The smallest multiple of `step`, up to `enough`, for which `works` holds `repeats` times over.

    Between two sizes one step apart luck may decide: what was found is tried again, and a step is added for as
    long as it does not hold. LeafrootError if not even `enough` does.
    """
    low, high = 0, -(-enough // step)
    if not works(high * step):
        raise LeafrootError(f"it does not work with {high * step} either")
    top = high
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle * step):
            high = middle
        else:
            low = middle
    while not all(works(high * step) for _ in range(repeats - 1)):
        high += 1
        if high > top:
            raise LeafrootError(f"it works with {top * step} at times only")
    return high * step
