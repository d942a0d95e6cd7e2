# SPDX-License-Identifier: Apache-2.0
"""Files read and written whole, and their SHA-256.

Files that people write are checked before they are read: one may be a pipe, or an image of 4 GB.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from leafroot.errors import LeafrootError

# The largest description has some kilobytes, and the kernel's whole .config 300.
LONGEST = 1 << 20
# What a copy of the checkout goes without: outputs, and what tools leave.
NOT_COPIED = (".git", ".venv", "output", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")


def read_file(file: Path, shown: str, longest: int = LONGEST) -> bytes:
    """The bytes of a file that a person wrote; `shown` is its name in messages.

    Raises LeafrootError if it cannot be read, is not a regular file, or is larger than `longest` bytes (whole MiB).
    """
    try:
        # Check before opening: opening a pipe would block until somebody writes to it.
        if not stat.S_ISREG(file.stat().st_mode):
            raise LeafrootError("not a regular file", shown)
        with file.open("rb") as stream:
            data = stream.read(longest + 1)
    except OSError as error:
        raise LeafrootError(f"cannot be read: {error.strerror}", shown) from None
    except ValueError as error:
        raise LeafrootError(f"invalid file name: {error}", shown) from None
    if len(data) > longest:
        raise LeafrootError(
            f"larger than {longest >> 20} MiB", shown, "No hand-written file is that large: check which file this is."
        )
    return data


def read_text(file: Path, shown: str) -> str:
    """The same, decoded as UTF-8."""
    try:
        return read_file(file, shown).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LeafrootError(f"not UTF-8 text: {error.reason} at byte {error.start}", shown) from None


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """A stream for the new content of `file`, which takes the place of the old when the block ends without an error.

    Until then the new file has no name. So a full disk, an error or a kill leaves `file` as it was, and leaves nothing
    beside it. (Only a file system without O_TMPFILE, such as NFS, keeps a hidden `.new` file after a kill.)
    """
    fresh = file.with_name(f".{file.name}.{os.urandom(4).hex()}.new")
    try:
        stream, named = open(os.open(file.parent, os.O_TMPFILE | os.O_WRONLY, 0o666), "wb"), False  # noqa: PTH123, SIM115
    except OSError:
        stream, named = fresh.open("xb"), True
    try:
        yield stream
        stream.flush()
        if not named:
            # Python follows the link in /proc only if it calls linkat(2), which it does if it is given a descriptor.
            os.link(f"/proc/self/fd/{stream.fileno()}", fresh, src_dir_fd=stream.fileno())
        stream.close()
        fresh.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            # It writes what is still in the buffer, and that fails again if the disk is full.
            stream.close()
        fresh.unlink(missing_ok=True)
        raise


def write_text(file: Path, text: str) -> None:
    """Replace the text of a file; it keeps its mode, and a link stays a link.

    Raises LeafrootError if it cannot be written; the file is then unchanged.
    """
    target = file.resolve()
    try:
        with replacing(target) as stream:
            stream.write(text.encode())
            if target.exists():
                os.fchmod(stream.fileno(), stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        raise LeafrootError(f"cannot be written: {error.strerror}", file, "The file is unchanged.") from error


# What link(2) says where no link can be made: between file systems, on one without links, and to a file that has the
# most already. EPERM stands also for a file of another user that this one may not write (fs.protected_hardlinks).
_NO_LINK = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS)


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """Make `target` a hard link to `source`, or a copy of it with its mode and times if it cannot be linked.

    A symbolic link is linked or copied itself.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copy2(source, target, follow_symlinks=False)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
