# SPDX-License-Identifier: Apache-2.0
"""Writes a root into the slot for it in a kernel image, and says how large that slot must be.

A kernel is linked with an empty slot for its initramfs, and the root is written into the finished image. The rest of
the slot stays zero: Linux skips zeros after an archive, compressed or not (unpack_to_rootfs in init/initramfs.c). The
size of the slot depends only on the size of the root, so an image does not depend on what was built before.

An empty slot begins with a header: MAGIC, then three little-endian numbers of eight bytes. The first is the size of the
slot. The other two are 0 if the image holds the slot as it is (an `Image`). In a kernel that unpacks itself (`bzImage`,
`zImage`) the slot is within a gzip member (RFC 1952), in stored blocks (RFC 1951, 3.2.4), all of them full except the
last: leafroot/tools/root-slot/slot-gzip.c writes them. Then the numbers are the bytes from the beginning of the member
to the slot, and from the slot to the end of the member.
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
"""How many slot sizes there are per power of two: a slot is at most a 32nd larger than it must be."""

_NUMBERS = struct.Struct("<QQQ")
_STORED_HEAD = struct.Struct("<BHH")
_GZIP_HEAD = 10
_GZIP_TAIL = struct.Struct("<II")
_HINT = "Delete the file and build again. If that does not help, this is a bug of Leafroot: please report it."


def slot_size(size: int) -> int:
    """The size of the slot for an archive of `size` bytes: SMALLEST, or the next of STEPS sizes in each octave."""
    if size <= SMALLEST:
        return SMALLEST
    step = (1 << (size - 1).bit_length() - 1) // STEPS
    return -(-size // step) * step


@dataclass(frozen=True)
class Slot:
    """An empty slot in an image: its offset and size, and where the gzip member around it begins and ends.

    `member` is None if the image holds the slot as it is.
    """

    at: int
    size: int
    member: tuple[int, int] | None = None

    def pieces(self) -> list[tuple[int, int]]:
        """The parts of the image that hold the bytes of the slot, in order, as (offset, size)."""
        if self.member is None:
            return [(self.at, self.size)]
        full = STORED_MAX + _STORED_HEAD.size
        starts = range(0, self.size, STORED_MAX)
        return [(self.at + n * full, min(STORED_MAX, self.size - start)) for n, start in enumerate(starts)]


def find_slot(image: bytes | bytearray, where: str) -> Slot:
    """The empty slot of an image, which `where` names in errors; raises LeafrootError unless there is exactly one."""
    at = image.find(MAGIC)
    if at < 0:
        raise LeafrootError(
            "no slot for the root is visible in this image",
            where,
            "A kernel that unpacks itself must be compressed with gzip: put KERNEL_GZIP=y into kernel_options of the\n"
            "architecture. The root is compressed separately, so another method would not make the image smaller.",
        )
    if image.find(MAGIC, at + 1) >= 0:
        raise LeafrootError("the image has more than one slot for the root", where, _HINT)
    if len(image) - at < len(MAGIC) + _NUMBERS.size:
        raise LeafrootError("the slot for the root is truncated", where, _HINT)
    size, before, after = _NUMBERS.unpack_from(image, at + len(MAGIC))
    slot = Slot(at, size, (at - before, at + after) if before or after else None)
    _check(image, slot, where)
    return slot


def fill_slot(image: bytearray, archive: bytes, where: str) -> None:
    """Write an archive into the empty slot of an image, in place.

    Also updates the checksums: that of the gzip member, and the one at the end of x86 kernels before 6.16. Raises
    LeafrootError if there is no empty slot, or if the archive is too large for it.
    """
    slot = find_slot(image, where)
    if len(archive) > slot.size:
        raise LeafrootError(
            f"the root has {len(archive)} bytes, but the slot in the kernel has {slot.size}: it is for another root",
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
            raise LeafrootError("the image does not unpack to the root that was written into it", where, _HINT)
    if summed:
        image[-4:] = _sum(image)


def has_sum(image: bytes | bytearray) -> bool:
    """Whether an image ends with its checksum, as protocol 2.08 of x86 boot loaders requires.

    The kernel's Documentation/arch/x86/boot.rst describes "the image checksum": the CRC-32 of all bytes before it, not
    inverted at the end, so that the CRC of the whole file is 0. Kernels since 6.16 have none.
    """
    return len(image) > 4 and image[-4:] == _sum(image)


def _sum(image: bytes | bytearray) -> bytes:
    return (zlib.crc32(memoryview(image)[:-4]) ^ 0xFFFFFFFF).to_bytes(4, "little")


def _check(image: bytes | bytearray, slot: Slot, where: str) -> None:
    """Refuse a slot that does not fit its header: after that come only zeros, in blocks of the right sizes."""
    head = len(MAGIC) + _NUMBERS.size
    begin, end = slot.member or (0, len(image))
    pieces = slot.pieces()
    inside = 0 <= begin <= slot.at and end <= len(image)
    if slot.size < head or not inside or sum(pieces[-1]) > end:
        raise LeafrootError("the slot for the root is truncated", where, _HINT)
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
    """The content of a gzip member of the image; its checksum is ignored."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        payload = stream.decompress(memoryview(image)[begin + _GZIP_HEAD : end])
    except zlib.error as error:
        raise LeafrootError(f"the compressed kernel in it is damaged: {error}", where, _HINT) from error
    if not stream.eof or len(stream.unused_data) != _GZIP_TAIL.size:
        raise LeafrootError("the compressed kernel in it does not end where the slot's header says", where, _HINT)
    return payload
