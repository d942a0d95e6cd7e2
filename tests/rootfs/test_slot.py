# SPDX-License-Identifier: Apache-2.0
"""The slot for the root has the right size, and wrong slots are refused before anything is written."""

from __future__ import annotations

import random
import struct
import zlib

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.slot import MAGIC, SMALLEST, fill_slot, find_slot, has_sum, slot_size

SIZES = {
    0: 65536,
    65536: 65536,
    65537: 67584,
    67584: 67584,
    1 << 20: 1 << 20,
    (1 << 20) + 1: 33 << 15,
    (2 << 20) - 1: 2 << 20,
    5_000_000: 39 << 17,
}


def slot(size: int) -> bytes:
    return (MAGIC + struct.pack("<QQQ", size, 0, 0)).ljust(size, b"\0")


def with_sum(image: bytes) -> bytes:
    return image + struct.pack("<I", zlib.crc32(image) ^ 0xFFFFFFFF)


@pytest.mark.parametrize("size", SIZES)
def test_slots_have_fixed_sizes(size: int) -> None:
    assert slot_size(size) == SIZES[size]


def test_a_slot_is_large_enough_and_at_most_a_32nd_too_large() -> None:
    chance = random.Random(3)
    sizes = sorted(chance.randrange(1 << chance.randrange(17, 34)) for _ in range(5000))
    slots = [slot_size(size) for size in sizes]
    assert slots == sorted(slots)
    assert all(size <= found <= max(SMALLEST, size * 33 / 32) for size, found in zip(sizes, slots, strict=True))
    # A slot's own size needs that slot: what fills it to the last byte is not linked again.
    assert [slot_size(found) for found in slots] == slots
    between = {found for found in slots if 1 << 20 < found <= 1 << 21}
    assert between == {(32 + n) << 15 for n in range(1, 33)}


def test_the_archive_is_written_into_the_slot_with_zeros_after_it() -> None:
    image = bytearray(b"before" + slot(1000) + b"after")
    fill_slot(image, b"archive", "board.py")
    assert image == b"before" + b"archive".ljust(1000, b"\0") + b"after"


def test_the_image_does_not_depend_on_what_was_there_before() -> None:
    empty = b"before" + slot(1000) + b"after"
    images = [bytearray(empty), bytearray(empty)]
    fill_slot(images[0], b"x" * 1000, "board.py")
    fill_slot(images[1], b"y", "board.py")
    assert images[0] == b"before" + b"x" * 1000 + b"after"
    assert images[1] == b"before" + b"y".ljust(1000, b"\0") + b"after"


def test_the_checksum_at_the_end_is_updated_if_there_was_one() -> None:
    image = bytearray(with_sum(b"before" + slot(1000) + b"after"))
    size = len(image)
    fill_slot(image, b"archive", "board.py")
    assert has_sum(image)
    assert len(image) == size
    assert image.endswith(with_sum(b"before" + b"archive".ljust(1000, b"\0") + b"after")[-4:])
    # The guard would be idle if the old sum still held.
    assert with_sum(b"before" + slot(1000) + b"after")[-4:] != image[-4:]


def stored(size: int, *, head: bytes = b"\0", tail: bytes = b"") -> bytes:
    """A gzip member that holds one stored block with a slot, by hand."""
    numbers = struct.pack("<QQQ", size, 15, size + len(tail) + 2 + 8)
    block = (MAGIC + numbers).ljust(size, b"\0")
    body = head + struct.pack("<HH", size, size ^ 0xFFFF) + block + tail + b"\x03\0"
    return b"\x1f\x8b\x08\0\0\0\0\0\2\3" + body + struct.pack("<II", zlib.crc32(block), size)


def test_a_member_made_by_hand_is_found_and_filled() -> None:
    image = bytearray(b"setup" + stored(1000) + b"end")
    assert find_slot(image, "board.py").member == (5, len(image) - 3)
    fill_slot(image, b"archive", "board.py")
    assert zlib.decompress(image[5:-3], wbits=31) == b"archive".ljust(1000, b"\0")


DEFECT = "Delete the file and build again. If that does not help, this is a bug of Leafroot: please report it."
BAD: dict[str, tuple[bytes, bytes, str]] = {
    "no slot": (
        b"a kernel",
        b"",
        "no slot for the root is visible in this image\n"
        "  A kernel that unpacks itself must be compressed with gzip: put KERNEL_GZIP=y into kernel_options of the\n"
        "  architecture. The root is compressed separately, so another method would not make the image smaller.",
    ),
    "two slots": (slot(99) + slot(99), b"", f"the image has more than one slot for the root\n  {DEFECT}"),
    "too large a root": (
        slot(99),
        b"x" * 100,
        f"the root has 100 bytes, but the slot in the kernel has 99: it is for another root\n  {DEFECT}",
    ),
    "a head that is cut off": (slot(99)[:40], b"", f"the slot for the root is truncated\n  {DEFECT}"),
    "a slot that is cut off": (slot(99)[:98], b"", f"the slot for the root is truncated\n  {DEFECT}"),
    "a slot that was filled": (slot(99)[:-1] + b"x", b"", f"the slot for the root is not empty\n  {DEFECT}"),
    "a slot smaller than its head": (
        MAGIC + struct.pack("<QQQ", 50, 0, 0),
        b"",
        f"the slot for the root is truncated\n  {DEFECT}",
    ),
    "a member that begins too early": (
        MAGIC + struct.pack("<QQQ", 99, 1, 200) + bytes(200),
        b"",
        f"the slot for the root is truncated\n  {DEFECT}",
    ),
    "other blocks": (
        stored(1000).replace(struct.pack("<H", 1000 ^ 0xFFFF), b"xx"),
        b"",
        f"the slot for the root is not in stored blocks\n  {DEFECT}",
    ),
    "a broken stream": (
        stored(1000, head=b"\7"),
        b"",
        "the compressed kernel in it is damaged: Error -3 while decompressing data: invalid block type\n  " + DEFECT,
    ),
    "a stream with another end": (
        stored(1000, tail=b"\x03\0"),
        b"",
        f"the compressed kernel in it does not end where the slot's header says\n  {DEFECT}",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_slot_is_refused(case: str) -> None:
    image, archive, message = BAD[case]
    with pytest.raises(LeafrootError) as raised:
        fill_slot(bytearray(image), archive, "board/x/board.py")
    assert str(raised.value) == f"board/x/board.py: {message}"


def test_a_large_slot_has_a_piece_for_each_stored_block() -> None:
    plain = find_slot(slot(200_000), "board.py")
    assert plain.pieces() == [(0, 200_000)]
    packed = type(plain)(100, 200_000, (0, 300_000))
    assert packed.pieces() == [(100, 65535), (65640, 65535), (131180, 65535), (196720, 3395)]
