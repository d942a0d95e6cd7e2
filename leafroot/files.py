# SPDX-License-Identifier: Apache-2.0
"""Files read and written whole, and their SHA-256.

What people write is read with an eye on what else may lie there: a pipe, 4 GB of an image.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
from pathlib import Path

from leafroot.errors import LeafrootError

# The largest description has some kilobytes, and the kernel's whole .config 300.
LONGEST = 1 << 20


def read_file(file: Path, shown: str) -> bytes:
    """The bytes of a file that a person wrote; `shown` is its name in messages.

    Raises LeafrootError for what cannot be read, what is no regular file, and what is far too long.
    """
    try:
        # Not opened yet: opening a pipe would wait for whoever writes into it.
        if not stat.S_ISREG(file.stat().st_mode):
            raise LeafrootError("this is no regular file", shown)
        with file.open("rb") as stream:
            data = stream.read(LONGEST + 1)
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", shown) from None
    except ValueError as error:
        raise LeafrootError(f"cannot be the name of a file: {error}", shown) from None
    if len(data) > LONGEST:
        raise LeafrootError("longer than 1 MiB", shown, "Nobody wrote that by hand: another file came to lie here.")
    return data


def read_text(file: Path, shown: str) -> str:
    """The same as text, which is UTF-8."""
    try:
        return read_file(file, shown).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LeafrootError(f"this is not text: {error.reason} at byte {error.start}", shown) from None


def write_text(file: Path, text: str) -> None:
    """Write a file whole, or leave it as it was and raise LeafrootError; its mode stays, and a link stays one."""
    target = file.resolve()
    fresh = target.with_name(f".{target.name}.new")
    try:
        fresh.write_text(text, "utf-8")
        if target.exists():
            shutil.copymode(target, fresh)
        fresh.replace(target)
    except OSError as error:
        raise LeafrootError(f"cannot be written: {error.strerror}", file, "It is as it was.") from error
    finally:
        fresh.unlink(missing_ok=True)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
