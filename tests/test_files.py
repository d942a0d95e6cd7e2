# SPDX-License-Identifier: Apache-2.0
"""A file is replaced whole or stays as it was, and nothing is left beside it."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.files import link_or_copy, replacing, write_text

ROOT = Path(__file__).parents[1]
# Writes half of a file and waits to be killed.
HALF = """\
import sys, time
from pathlib import Path
from leafroot.files import replacing
with replacing(Path(sys.argv[1])) as stream:
    stream.write(b"half")
    stream.flush()
    print("half", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "board_defconfig"
    made.write_text("CONFIG_OLD=y\n")
    return made


@pytest.fixture(params=["without a name", "with a name"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both kinds of file systems: those with O_TMPFILE, and those without."""
    if request.param == "with a name":
        monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY)
    return str(request.param)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let this process write no more than `size` bytes to a file, as if the disk were full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def left(file: Path) -> tuple[str, list[str]]:
    """What is in the file, and the names of what is in its folder."""
    return file.read_text(), [path.name for path in file.parent.iterdir()]


def test_a_file_is_replaced_at_the_end_of_the_block(file: Path, kind: str) -> None:
    with replacing(file) as stream:
        stream.write(b"CONFIG_NEW=y\n")
        stream.flush()
        assert file.read_text() == "CONFIG_OLD=y\n"
    assert left(file) == ("CONFIG_NEW=y\n", [file.name])


def test_a_replaced_file_gets_the_mode_of_any_new_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / "new").write_text("")
    with replacing(tmp_path / "replaced"):
        pass
    assert (tmp_path / "replaced").stat().st_mode == (tmp_path / "new").stat().st_mode


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_in_the_block_leaves_the_file_unchanged(file: Path, kind: str, error: type[BaseException]) -> None:
    with pytest.raises(error), replacing(file) as stream:
        stream.write(b"half")
        raise error
    assert left(file) == ("CONFIG_OLD=y\n", [file.name])


@pytest.mark.parametrize("size", [200, 200_000], ids=["in the buffer", "larger than the buffer"])
def test_a_full_disk_leaves_the_file_unchanged(file: Path, kind: str, size: int) -> None:
    with files_up_to(20), pytest.raises(OSError, match="File too large"), replacing(file) as stream:
        stream.write(b"x" * size)
    assert left(file) == ("CONFIG_OLD=y\n", [file.name])


def test_a_kill_leaves_the_file_unchanged(file: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", HALF, str(file)], stdout=subprocess.PIPE, cwd=ROOT)
    assert other.stdout is not None and other.stdout.readline() == b"half\n"
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()
    assert left(file) == ("CONFIG_OLD=y\n", [file.name])


def test_a_name_that_cannot_be_taken_leaves_nothing(tmp_path: Path, kind: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError), replacing(tmp_path / "folder"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_text_that_cannot_be_written_is_an_error_with_the_files_name(file: Path) -> None:
    with files_up_to(20), pytest.raises(LeafrootError, match="board_defconfig: cannot be written: File too large"):
        write_text(file, "CONFIG_NEW=y\n" * 10)
    assert left(file) == ("CONFIG_OLD=y\n", [file.name])


def test_writing_a_text_keeps_a_link_and_the_mode_of_its_target(tmp_path: Path) -> None:
    target, link = tmp_path / "theirs", tmp_path / "board_defconfig"
    target.write_text("CONFIG_OLD=y\n")
    target.chmod(0o640)
    link.symlink_to(target)
    write_text(link, "CONFIG_NEW=y\n")
    assert link.is_symlink()
    assert target.read_text() == "CONFIG_NEW=y\n"
    assert target.stat().st_mode & 0o777 == 0o640


def test_writing_a_text_into_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError, match="cannot be written: No such file or directory"):
        write_text(tmp_path / "nothing" / "here", "")


@pytest.mark.parametrize("number", ["EXDEV", "EPERM", "EMLINK", "EOPNOTSUPP", "ENOSYS"])
def test_what_cannot_be_linked_is_copied_with_mode_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    """EPERM is what a cache gets that two users share: fs.protected_hardlinks."""
    (tmp_path / "run").write_text("#!/bin/sh\n")
    (tmp_path / "run").chmod(0o755)
    os.utime(tmp_path / "run", (7, 7))
    (tmp_path / "led").symlink_to("nowhere")
    monkeypatch.setattr(os, "link", failing(getattr(errno, number)))
    for name in ("run", "led"):
        link_or_copy(tmp_path / name, tmp_path / f"{name}-2")
    assert (tmp_path / "run-2").read_text() == "#!/bin/sh\n"
    status = (tmp_path / "run-2").stat()
    assert (status.st_mode & 0o777, status.st_mtime_ns, status.st_nlink) == (0o755, 7_000_000_000, 1)
    assert (tmp_path / "led-2").readlink() == Path("nowhere")


@pytest.mark.parametrize("number", ["ENOSPC", "EEXIST", "ENOENT", "EROFS"])
def test_other_errors_of_a_link_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    (tmp_path / "run").touch()
    monkeypatch.setattr(os, "link", failing(getattr(errno, number)))
    with pytest.raises(OSError, match=os.strerror(getattr(errno, number))):
        link_or_copy(tmp_path / "run", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail
