# SPDX-License-Identifier: Apache-2.0
"""How much an archive may unpack to: bounds that no honest one comes near, and that keep disk and memory from filling.

Linux 6.12.107, the largest source here, has 92,402 members with 4.9 MB of names, and unpacks to 9.8 times its archive.
What compresses 200 times is test data, and small.
"""

from __future__ import annotations

from dataclasses import dataclass

MEMBERS = 1_000_000
# Kept in memory, to know what a link leads to.
NAME_BYTES = 256 << 20
LEAST_BYTES = 1 << 30
RATIO = 200


@dataclass
class Allowance:
    """What is left of the bounds for one archive of `packed` bytes; `seen` of it was already unpacked."""

    packed: int
    members: int = 0
    names: int = 0
    written: int = 0

    @property
    def content(self) -> int:
        """How many bytes may come out of the archive."""
        return max(LEAST_BYTES, RATIO * self.packed)

    def refusal(self, name: str, size: int) -> str:
        """Count one member; what is wrong with it as the end of a sentence about it, or nothing."""
        self.members += 1
        self.names += len(name)
        self.written += size
        if self.members > MEMBERS:
            return f"is one more than the {MEMBERS:,} that an archive may have"
        if self.names > NAME_BYTES:
            return f"makes all names together longer than {in_words(NAME_BYTES)}"
        if self.written > self.content:
            return f"would make it {in_words(self.written)}; {self.too_much}"
        return ""

    @property
    def too_much(self) -> str:
        """Why there is a limit to the bytes, and which."""
        return (
            f"from an archive of {in_words(self.packed)} no more than {in_words(self.content)} are unpacked, "
            f"which is {RATIO} times as much or {in_words(LEAST_BYTES)}"
        )


def in_words(count: int) -> str:
    """A number of bytes as people read it."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024  # type: ignore[assignment]
    return f"{count:.0f} TiB"
