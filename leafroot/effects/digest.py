# SPDX-License-Identifier: Apache-2.0
"""The SHA-256 of a file's bytes, apart from all that fetches them: every run needs one, and few need the network."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
