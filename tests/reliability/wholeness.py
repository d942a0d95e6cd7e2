# SPDX-License-Identifier: Apache-2.0
"""Whether everything that has its final name is whole."""

from __future__ import annotations

import re

from building import Place

from leafroot.store.listing import listing_of
from tests.real_builds import sha256


def check_whole(place: Place, right: dict[str, str]) -> int:
    """Compare every output with the right one, and every file of the cache with its name; how many those are."""
    made = place.bytes_made()
    assert made.items() <= right.items(), sorted(set(made.items()) - set(right.items()))
    count = len(made)
    for path in place.cache.glob("artefacts/*/*"):
        assert re.fullmatch(r"[0-9a-f]{64}-[0-9a-f]{64}", path.name), path
        assert sha256(path) == path.name[65:], path
        count += 1
    for path in place.cache.glob("dl/*"):
        if path.suffix != ".part":
            assert sha256(path) == path.name[:64], path
            count += 1
    for path in place.cache.glob("trees/*/*"):
        if path.is_dir():
            assert path.with_name(f"{path.name}.look").read_text().strip() == listing_of(path), path
            count += 1
    return count
