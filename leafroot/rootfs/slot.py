# SPDX-License-Identifier: Apache-2.0
"""The slot for the root in a kernel image: its size, and filling it.

A kernel is linked with an empty slot where its initramfs goes, and the root is written into the finished image. The
rest of the slot stays zero: Linux passes over zeros after an archive, whether that is compressed or not
(unpack_to_rootfs in init/initramfs.c). The slot's size depends on the root's alone, so that an image does not tell
what was built before it.

An empty slot begins with a head: MAGIC, then three little-endian numbers of eight bytes. The first is the slot's
size. The others are 0 where the image holds the slot as it is (an `Image`). In a kernel that unpacks itself
(`bzImage`, `zImage`) the slot lies within a gzip member (RFC 1952), in stored blocks (RFC 1951, 3.2.4) that are full
but for the last: leafroot/tools/root-slot/slot-gzip.c packs it so. The numbers then are the bytes from the member's
beginning to the slot, and from the slot to the member's end.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from leafroot.errors import LeafrootError

MAGIC = b"leafroot: the root belongs here\n"
STORED_MAX = 65535
SMALLEST = 64 << 10
STEPS = 32
"""How many sizes there are from one power of two to the next: a slot is at most a 32nd larger than it must be."""

_NUMBERS = struct.Struct("<QQQ")
_STORED_HEAD = struct.Struct("<BHH")
_GZIP_HEAD = 10
_GZIP_TAIL = struct.Struct("<II")
_HINT = "Delete the file and build again. If that does not help, it is a defect of Leafroot: please report it."


def slot_size(size: int) -> int:
    """The size of the slot for an archive of `size` bytes: SMALLEST, or the next of STEPS sizes in each octave."""
    if size <= SMALLEST:
        return SMALLEST
    step = (1 << (size - 1).bit_length() - 1) // STEPS
    return -(-size // step) * step


@dataclass(frozen=True)
class Slot:
    """An empty slot in an image: where it begins and its size; where the gzip member around it begins and ends.

    `member` is None where the image holds the slot as it is.
    """

    at: int
    size: int
    member: tuple[int, int] | None = None

    def pieces(self) -> list[tuple[int, int]]:
        """The places in the image that hold the slot's bytes, in order, as (offset, size)."""
        if self.member is None:
            return [(self.at, self.size)]
        full = STORED_MAX + _STORED_HEAD.size
        starts = range(0, self.size, STORED_MAX)
        return [(self.at + n * full, min(STORED_MAX, self.size - start)) for n, start in enumerate(starts)]


def find_slot(image: bytes | bytearray, where: str) -> Slot:
    """The empty slot of an image; LeafrootError, with `where` as its place, unless there is just one, and empty."""
    at = image.find(MAGIC)
    if at < 0:
        raise LeafrootError(
            "it has no slot for the root in plain sight",
            where,
            "A kernel that unpacks itself hides it, unless it is packed with gzip: KERNEL_GZIP=y belongs into\n"
            "kernel_options of the architecture. The root is compressed by itself, and gains nothing from more.",
        )
    if image.find(MAGIC, at + 1) >= 0:
        raise LeafrootError("it has more than one slot for the root", where, _HINT)
    if len(image) - at < len(MAGIC) + _NUMBERS.size:
        raise LeafrootError("the slot for the root is cut off", where, _HINT)
    size, before, after = _NUMBERS.unpack_from(image, at + len(MAGIC))
    slot = Slot(at, size, (at - before, at + after) if before or after else None)
    _check(image, slot, where)
    return slot


def fill_slot(image: bytearray, archive: bytes, where: str) -> None:
    """Write an archive into the empty slot of an image, in place.

    Sums over what has changed are made right again: that of the gzip member, and that which x86's kernels before
    6.16 have at their end. LeafrootError if there is no such slot or no room in it.
    """
    slot = find_slot(image, where)
    if len(archive) > slot.size:
        raise LeafrootError(
            f"its slot has {slot.size} bytes, and the root is {len(archive)} bytes: it was linked for another root",
            where,
            _HINT,
        )
    summed = has_sum(image)
    at = 0
    for start, size in slot.pieces():
        image[start : start + size] = archive[at : at + size].ljust(size, b"\0")
        at += size
    if slot.member is not None:
        begin, end = slot.member
        payload = _inflate(image, begin, end, where)
        _GZIP_TAIL.pack_into(image, end - _GZIP_TAIL.size, zlib.crc32(payload), len(payload) & 0xFFFFFFFF)
        found = payload.find(archive) if archive else 0
        if found < 0:
            raise LeafrootError("the root is not what comes out when the image is unpacked", where, _HINT)
    if summed:
        image[-4:] = _sum(image)


def has_sum(image: bytes | bytearray) -> bool:
    """Whether an image ends with its own sum, as protocol 2.08 of x86's boot loaders asked for.

    The kernel's Documentation/arch/x86/boot.rst calls it "the image checksum": a CRC-32 over all before it that is
    not inverted at the end, so that one over the whole file gives 0. Kernels since 6.16 have none.
    """
    return len(image) > 4 and image[-4:] == _sum(image)


def _sum(image: bytes | bytearray) -> bytes:
    return (zlib.crc32(memoryview(image)[:-4]) ^ 0xFFFFFFFF).to_bytes(4, "little")


def _check(image: bytes | bytearray, slot: Slot, where: str) -> None:
    """Refuse a slot that is not what its head says: all zeros after the head, in blocks of the right sizes."""
    head = len(MAGIC) + _NUMBERS.size
    begin, end = slot.member or (0, len(image))
    pieces = slot.pieces()
    inside = 0 <= begin <= slot.at and end <= len(image)
    if slot.size < head or not inside or sum(pieces[-1]) > end:
        raise LeafrootError("the slot for the root is cut off", where, _HINT)
    zeros = bytes(pieces[0][1])
    for number, (start, size) in enumerate(pieces):
        if slot.member is not None:
            stored = (0, size, size ^ 0xFFFF)
            first = 1 if number == 0 else 0
            if _STORED_HEAD.unpack_from(image, start - _STORED_HEAD.size)[first:] != stored[first:]:
                raise LeafrootError("the slot for the root is not in stored blocks", where, _HINT)
        skip = head if number == 0 else 0
        if image[start + skip : start + size] != zeros[skip:size]:
            raise LeafrootError("the slot for the root is not empty", where, _HINT)


def _inflate(image: bytearray, begin: int, end: int, where: str) -> bytes:
    """What a gzip member of the image holds, without regard to its sum."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        payload = stream.decompress(memoryview(image)[begin + _GZIP_HEAD : end])
    except zlib.error as error:
        raise LeafrootError(f"what it unpacks itself from is broken: {error}", where, _HINT) from error
    if not stream.eof or len(stream.unused_data) != _GZIP_TAIL.size:
        raise LeafrootError("what it unpacks itself from has another end than its slot says", where, _HINT)
    return payload
