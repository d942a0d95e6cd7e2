# SPDX-License-Identifier: Apache-2.0
"""An image is written to a file, to a loop device, and to cards that fail."""

from __future__ import annotations

import io
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.host import flash as module
from leafroot.host.flash import flash, look_at, read_all, write_all
from leafroot.host.progress import Progress

SIZE = 9 * 1024 * 1024 + 512


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "sdcard.img"
    file.write_bytes(random.Random(1).randbytes(SIZE))
    return file


@pytest.fixture
def card(tmp_path: Path) -> Path:
    file = tmp_path / "card"
    file.write_bytes(b"\xff" * (SIZE + 4096))
    return file


def quiet() -> Progress:
    return Progress(io.StringIO())


def test_a_larger_file_gets_the_image_and_keeps_its_other_bytes(image: Path, card: Path) -> None:
    stream = io.StringIO()
    flash(image, card, Progress(stream, clock=lambda: 0.0))
    assert card.read_bytes() == image.read_bytes() + b"\xff" * 4096
    assert stream.getvalue().splitlines() == [
        f"writing {card} (9.4 MB)",
        f"wrote {card}, 9.4 MB in 0 s",
        f"comparing {card} (9.4 MB)",
        f"compared {card}, 9.4 MB in 0 s",
    ]


def test_the_image_itself_is_refused_as_its_target(image: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(image)
    before = image.read_bytes()
    with pytest.raises(LeafrootError, match="this is the image file itself"):
        flash(image, tmp_path / "link", quiet())
    assert image.read_bytes() == before


def test_a_card_that_is_too_small_is_not_touched(image: Path, card: Path) -> None:
    card.write_bytes(b"\xff" * (SIZE - 1))
    with pytest.raises(LeafrootError, match=r"too small: 9\.4 MB, and the image needs 9\.4 MB"):
        flash(image, card, quiet())
    assert card.read_bytes() == b"\xff" * (SIZE - 1)


@pytest.mark.parametrize("place", [0, 5_000_000, SIZE - 1], ids=["first", "within", "last"])
def test_a_card_that_returns_different_data_is_an_error(
    image: Path, card: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    def forget(device: int) -> None:
        with card.open("r+b") as file:
            file.seek(place)
            byte = file.read(1)
            file.seek(place)
            file.write(bytes([byte[0] ^ 1]))

    monkeypatch.setattr(module, "_forget", forget)
    stream = io.StringIO()
    with pytest.raises(LeafrootError) as caught:
        flash(image, card, Progress(stream))
    assert str(caught.value) == (
        f"DEV={card}: reading it back returned different data from byte {place} on\n"
        "  The card is worn out, or smaller than it claims."
    )
    assert "compared" not in stream.getvalue()


def test_a_card_that_ends_early_is_an_error(image: Path, card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_forget", lambda device: os.truncate(card, 4096))
    with pytest.raises(LeafrootError, match="from byte 4096 on"):
        flash(image, card, quiet())


def test_a_card_that_fails_while_it_is_written_is_an_error(
    image: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(device: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(LeafrootError) as caught:
        flash(image, card, quiet())
    assert str(caught.value) == f"DEV={card}: input or output failed: Input/output error\n  Try another card."


def test_a_card_that_may_not_be_written_is_an_error(image: Path, card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(module.os, "open", refuse)
    with pytest.raises(LeafrootError) as caught:
        flash(image, card, quiet())
    assert str(caught.value) == (
        f"DEV={card}: cannot be opened: Permission denied\n  Writing to a device needs root, or its group: see ls -l."
    )


def test_short_reads_and_writes_are_continued(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write, read = os.write, os.read
    monkeypatch.setattr(os, "write", lambda device, data: write(device, data[:3]))
    monkeypatch.setattr(os, "read", lambda device, count: read(device, min(count, 4)))
    with (tmp_path / "x").open("w+b") as file:
        write_all(file.fileno(), b"0123456789")
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        assert read_all(file.fileno(), 9) == b"012345678"
        assert read_all(file.fileno(), 9) == b"9"


@pytest.fixture
def loop(card: Path) -> Iterator[Path]:
    """The card as a loop device, where this machine lets us have one."""
    attached = subprocess.run(["losetup", "--find", "--show", card], capture_output=True, text=True, check=False)
    if attached.returncode:
        pytest.skip(f"no loop device here: {attached.stderr.strip()}")
    device = Path(attached.stdout.strip())
    yield device
    subprocess.run(["losetup", "--detach", device], check=True)


def test_a_loop_device_is_written_and_compared(image: Path, card: Path, loop: Path) -> None:
    seen = look_at(loop)
    assert (seen.kind, seen.size, seen.removable, seen.used) == ("disk", SIZE + 4096, True, ())
    flash(image, loop, quiet())
    os.sync()
    assert card.read_bytes() == image.read_bytes() + b"\xff" * 4096


def test_a_loop_device_that_another_has_claimed_is_refused(image: Path, card: Path, loop: Path) -> None:
    descriptor = os.open(loop, os.O_RDONLY | os.O_EXCL)
    try:
        with pytest.raises(LeafrootError) as caught:
            flash(image, loop, quiet())
    finally:
        os.close(descriptor)
    assert str(caught.value) == f"DEV={loop}: cannot be opened: Device or resource busy"
    assert card.read_bytes() == b"\xff" * (SIZE + 4096)


def test_a_mounted_loop_device_is_refused(image: Path, card: Path, loop: Path, tmp_path: Path) -> None:
    subprocess.run(["mke2fs", loop], check=True, capture_output=True)
    (tmp_path / "point").mkdir()
    mounted = subprocess.run(["mount", loop, tmp_path / "point"], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    try:
        with pytest.raises(LeafrootError) as caught:
            flash(image, loop, quiet())
    finally:
        subprocess.run(["umount", tmp_path / "point"], check=True)
    assert str(caught.value) == (
        f"DEV={loop}: the device is in use: {loop} is mounted on {tmp_path}/point\n  Unmount it first."
    )
