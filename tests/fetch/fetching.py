# SPDX-License-Identifier: Apache-2.0
"""The archive that the tests of fetching fetch, what is in the cache, and a configuration of apt."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from leafroot.describe.archive import Archive
from leafroot.fetch.fetch import Mirrors

BODY = os.urandom(300_000)
SUM = hashlib.sha256(BODY).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()
NOWHERE = Mirrors(origins=False)


def files(cache: Path) -> dict[str, int]:
    """What lies in the cache: name -> size."""
    return {path.name: path.stat().st_size for path in sorted((cache / "dl").glob("*"))}


def put(cache: Path, archive: Archive, data: bytes, suffix: str = "") -> Path:
    """Lay into the cache what it would have of an archive; its path."""
    path = cache / "dl" / f"{archive.sha256}-{archive.file_name}{suffix}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def write_apt(apt: Path, **files: str) -> Path:
    """A configuration of apt with these files: `sources` and `lines` among its sources, others as lists of mirrors."""
    for folder in ("sources.list.d", "mirrors"):
        (apt / folder).mkdir(parents=True)
    (apt / "sources.list.d/debian.sources").write_text(files.pop("sources", "").format(apt=apt))
    (apt / "sources.list").write_text(files.pop("lines", "").format(apt=apt))
    for name, text in files.items():
        (apt / f"mirrors/{name.replace('_', '-')}.list").write_text(text)
    return apt
