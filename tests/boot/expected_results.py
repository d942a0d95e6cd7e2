# SPDX-License-Identifier: Apache-2.0
"""Lists of the results that a suite is expected to have, each with its reason, and what differs from them.

A line is a result, as "VERDICT: TEXT", and the reason after two spaces and "#". Tests that are not listed must pass.
"""

from __future__ import annotations

from collections import Counter

PASS = "PASS: "


def listed(text: str, without_reason: tuple[str, ...] = ()) -> Counter[str]:
    """The results of a list; each has a reason, unless it begins with one of `without_reason`."""
    found: Counter[str] = Counter()
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        result, _, reason = line.partition("  # ")
        assert reason or result.startswith(without_reason), f"no reason: {line}"
        found[result.strip()] += 1
    return found


def differences(seen: Counter[str], expected: Counter[str]) -> list[str]:
    """What is not as the list says, a line each."""
    notable = Counter({line: count for line, count in seen.items() if not line.startswith(PASS)})
    lines = [f"not in the list: {line}" for line in (notable - expected).elements()]
    return lines + [f"in the list, but not seen: {line}" for line in (expected - notable).elements()]
