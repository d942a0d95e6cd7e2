# SPDX-License-Identifier: Apache-2.0
"""The archive that the tests of fetching fetch, and what is in the cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from leafroot.describe.archive import Archive

BODY = os.urandom(300_000)
SUM = hashlib.sha256(BODY).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()


def files(cache: Path) -> dict[str, int]:
    """What lies in the cache: name -> size."""
    return {path.name: path.stat().st_size for path in sorted((cache / "dl").glob("*"))}


def put(cache: Path, archive: Archive, data: bytes, suffix: str = "") -> Path:
    """Lay into the cache what it would have of an archive; its path."""
    path = cache / "dl" / f"{archive.sha256}-{archive.file_name}{suffix}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path
