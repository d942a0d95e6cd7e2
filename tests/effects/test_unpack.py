# SPDX-License-Identifier: Apache-2.0
"""Archives unpacked: what comes out, and each thing that is refused with its exact message and nothing left behind."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tar_members import folder, hard, link, member, tar_bytes

from leafroot.effects import decompress
from leafroot.effects.outward import leads_out
from leafroot.effects.unpack import unpack
from leafroot.errors import LeafrootError

LIMIT = 1_000_000_000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "some.tar"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return tmp_path / "trees" / "tree"


def listing(tree: Path) -> dict[str, tuple[str, int, int]]:
    """Path -> (kind and permissions, time stamp, size), of everything below a folder and of itself."""
    found = {}
    for path in [tree, *sorted(tree.rglob("*"))]:
        status = path.lstat()
        size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        found[str(path.relative_to(tree))] = (stat.filemode(status.st_mode), int(status.st_mtime), size)
    return found


def test_files_folders_and_links_come_out_the_same_for_everyone(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            folder("a-1/", mode=0o2775, mtime=5),
            member("a-1/README", b"read me", mode=0o600, uid=1234, uname="someone", mtime=6),
            member("a-1/configure", b"#!", mode=0o4711, mtime=LIMIT + 5),
            folder("a-1/sub", mode=0o700, mtime=7),
            link("a-1/sub/link", "../README", mtime=8),
            hard("a-1/hard", "a-1/README"),
            member("a-1/implied/folder/file", b"", mode=0o644, mtime=9),
        )
    )
    umask = os.umask(0o077)
    try:
        unpack(archive, tree, mtime_limit=LIMIT)
    finally:
        os.umask(umask)
    assert listing(tree) == {
        ".": ("drwxr-xr-x", 5, 0),
        "README": ("-rw-r--r--", 6, 7),
        "configure": ("-rwxr-xr-x", LIMIT, 2),
        "hard": ("-rw-r--r--", 6, 7),
        "implied": ("drwxr-xr-x", LIMIT, 0),
        "implied/folder": ("drwxr-xr-x", LIMIT, 0),
        "implied/folder/file": ("-rw-r--r--", 9, 0),
        "sub": ("drwxr-xr-x", 7, 0),
        "sub/link": ("lrwxrwxrwx", 8, 0),
    }
    assert (tree / "README").samefile(tree / "hard")
    assert (tree / "README").stat().st_uid == os.getuid()
    assert [path.name for path in tree.parent.iterdir()] == ["tree"]


def test_exact_modes_are_kept_to_the_bit(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            folder("bin", mode=0o1777, mtime=5),
            member("bin/su", b"", mode=0o4711, mtime=5),
            member("secret", b"", mode=0o000, mtime=5),
            link("init", "/bin/busybox", mtime=5),
            folder("closed", mode=0o500, mtime=5),
            member("closed/file", b"", mode=0o400, mtime=5),
            link("closed/up", "../../..", mtime=5),
        )
    )
    unpack(archive, tree, mtime_limit=LIMIT, strip=0, exact_modes=True)
    assert {path: mode for path, (mode, _, _) in listing(tree).items()} == {
        ".": "drwxr-xr-x",
        "bin": "drwxrwxrwt",
        "bin/su": "-rws--x--x",
        "closed": "dr-x------",
        "closed/file": "-r--------",
        "closed/up": "lrwxrwxrwx",
        "init": "lrwxrwxrwx",
        "secret": "----------",
    }
    assert (tree / "init").readlink() == Path("/bin/busybox")


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.mark.parametrize("compress", COMPRESSORS.values(), ids=COMPRESSORS.keys())
def test_every_compression_is_known_by_its_bytes(archive: Path, tree: Path, compress: Callable[[bytes], bytes]) -> None:
    data = os.urandom(1_500_000)
    archive.write_bytes(compress(tar_bytes(member("a/file", data), member("a/last", b"x"))))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "file").read_bytes() == data
    assert (tree / "last").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
def test_compressed_files_of_several_parts_are_read_to_the_end(archive: Path, tree: Path, name: str) -> None:
    plain = tar_bytes(member("a/file", os.urandom(50_000)), member("a/last", b"x"))
    archive.write_bytes(b"".join(COMPRESSORS[name](part) for part in (plain[:20_000], plain[20_000:])))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "last").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
@pytest.mark.parametrize("cut", [1, 5, 20_000], ids="cut {}".format)
def test_a_truncated_archive_is_refused(archive: Path, tree: Path, name: str, cut: int) -> None:
    archive.write_bytes(COMPRESSORS[name](tar_bytes(member("a/file", os.urandom(50_000))))[:-cut])
    refused(archive, tree, "is damaged, or is no archive: ", whole=False)


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
def test_a_flipped_bit_is_noticed(archive: Path, tree: Path, name: str) -> None:
    data = bytearray(COMPRESSORS[name](tar_bytes(member("a/file", os.urandom(50_000)))))
    data[25_000] ^= 1
    archive.write_bytes(data)
    refused(archive, tree, "is damaged, or is no archive: ", whole=False)


def test_a_plain_archive_that_ends_within_a_file_is_refused(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(member("a/file", b"x" * 50_000))[:20_000])
    refused(archive, tree, "is damaged, or is no archive: it ends in the middle of 'a/file'")


def test_a_damaged_header_is_not_taken_for_the_end(archive: Path, tree: Path) -> None:
    data = bytearray(tar_bytes(member("a/1", b"x"), member("a/2", b"x")))
    data[1024] ^= 1
    archive.write_bytes(data)
    refused(archive, tree, "is damaged, or is no archive: bad checksum")


def test_a_header_of_absurd_length_takes_no_memory(archive: Path, tree: Path) -> None:
    long_name = tarfile.TarInfo("a/x")
    long_name.type = tarfile.GNUTYPE_LONGNAME
    long_name.size = 1 << 33
    archive.write_bytes(long_name.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    refused(archive, tree, "is damaged, or is no archive: a header of 8589934592 bytes")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-5", "1e300"])
def test_absurd_time_stamps_are_brought_into_range(archive: Path, tree: Path, value: str) -> None:
    archive.write_bytes(tar_bytes(member("a/file", b"", pax_headers={"mtime": value})))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "file").stat().st_mtime in (0, LIMIT)


def refused(archive: Path, tree: Path, message: str, whole: bool = True, **options: object) -> None:
    """Unpacking fails with this message, or one that begins so, and leaves no trace."""
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, **options)  # type: ignore[arg-type]
    expected = f"{archive}: {message}"
    assert (str(caught.value) if whole else str(caught.value)[: len(expected)]) == expected
    assert list(tree.parent.iterdir()) == []


def special(name: str, kind: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=kind, devmajor=1, devminor=3)


NONE_NEEDS = "which no archive of sources needs"
BAD = {
    "absolute": ([member("/etc/passwd", b"x")], "member '/etc/passwd' has an absolute path"),
    "dots": ([member("a/../../x", b"x")], "member 'a/../../x' has '..' in its path"),
    "dots within": ([member("a/b/../x", b"x")], "member 'a/b/../x' has '..' in its path"),
    "dots as folder": ([folder("..")], "member '..' has '..' in its path"),
    "NUL": (
        [member("x", b"x", pax_headers={"path": "a/b\0c"})],
        r"member 'a/b\x00c' has a NUL in its path",
    ),
    "character device": ([special("a/null", tarfile.CHRTYPE)], f"member 'a/null' is a device node, {NONE_NEEDS}"),
    "block device": ([special("a/sda", tarfile.BLKTYPE)], f"member 'a/sda' is a device node, {NONE_NEEDS}"),
    "pipe": ([special("a/pipe", tarfile.FIFOTYPE)], f"member 'a/pipe' is a named pipe, {NONE_NEEDS}"),
    "unknown type": ([special("a/x", b"Z")], f"member 'a/x' is of the unknown type b'Z', {NONE_NEEDS}"),
    "absolute link": ([link("a/l", "/etc")], "member 'a/l' is a symbolic link to '/etc', out of the archive"),
    "link up": ([link("a/l", "..")], "member 'a/l' is a symbolic link to '..', out of the archive"),
    "link up and in": ([link("a/l", "../a/x")], "member 'a/l' is a symbolic link to '../a/x', out of the archive"),
    "link by way of a link": (
        [folder("a/b/c"), link("a/b/c/top", "../.."), link("a/b/l", "c/top/..")],
        "member 'a/b/l' is a symbolic link to 'c/top/..', out of the archive",
    ),
    "link by way of a later link": (
        [link("a/b/l", "c/top/.."), link("a/b/c/top", "../..")],
        "member 'a/b/l' is a symbolic link to 'c/top/..', out of the archive",
    ),
    "file through a link": (
        [folder("a/real"), link("a/l", "real"), member("a/l/x", b"x")],
        "member 'a/l/x' needs a folder where 'l' is none",
    ),
    "folder over a link": ([link("a/l", "x"), folder("a/l")], "member 'a/l' needs a folder where 'l' is none"),
    "file below a file": ([member("a/f"), member("a/f/g")], "member 'a/f/g' needs a folder where 'f' is none"),
    "file over a folder": ([folder("a/f"), member("a/f")], "member 'a/f' would replace a folder"),
    "empty link": ([link("a/l", "")], "member 'a/l' is a symbolic link to '', which no link can hold"),
    "link with a NUL": (
        [link("a/l", "x", pax_headers={"linkpath": "x\0y"})],
        r"member 'a/l' is a symbolic link to 'x\x00y', which no link can hold",
    ),
    "hard link up": (
        [hard("a/h", "a/../../etc/passwd")],
        "member 'a/h' is a hard link to 'a/../../etc/passwd', which has '..' in its path",
    ),
    "absolute hard link": (
        [hard("a/h", "/etc/passwd")],
        "member 'a/h' is a hard link to '/etc/passwd', which has an absolute path",
    ),
    "hard link to nothing": (
        [hard("a/h", "a/later"), member("a/later")],
        "member 'a/h' is a hard link to 'a/later', which is no file before it",
    ),
    "hard link to a folder": (
        [folder("a/d"), hard("a/h", "a/d")],
        "member 'a/h' is a hard link to 'a/d', which is no file before it",
    ),
    "two top folders": ([member("a/x"), member("b/x")], "member 'b/x' and 'a/x' are not below one top folder"),
    "no top folder": (
        [member("README")],
        "member 'README' lies beside the top folder that is to be left away, not below it",
    ),
    "file beside the top folder": (
        [folder("a"), member("package.xml")],
        "member 'package.xml' lies beside the top folder that is to be left away, not below it",
    ),
    "name too long": ([member("a/" + "n" * 256)], f"member 'a/{'n' * 256}' cannot be written: File name too long"),
}


@pytest.mark.parametrize(("members", "message"), BAD.values(), ids=BAD.keys())
def test_what_leads_out_or_makes_no_sense_is_refused(
    archive: Path, tree: Path, members: list[tuple[tarfile.TarInfo, bytes]], message: str
) -> None:
    # A good file before it and one after it: neither may stay.
    archive.write_bytes(tar_bytes(*([] if "top" in message else [member("a/good", b"x")]), *members, member("a/end")))
    refused(archive, tree, message)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty file"), (b"Hello\n", "truncated header"), (b"<html>" * 200, "invalid header")],
    ids=["empty", "short", "text"],
)
def test_what_is_no_archive_is_refused(archive: Path, tree: Path, data: bytes, reason: str) -> None:
    archive.write_bytes(data)
    refused(archive, tree, f"is damaged, or is no archive: {reason}")


def test_nothing_is_written_over(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(member("a/file")))
    tree.mkdir(parents=True)
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT)
    assert str(caught.value) == f"{tree}: exists already; nothing was unpacked there"
    assert list(tree.iterdir()) == []


def test_links_that_stay_inside_are_made(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            folder("a/b/c"),
            link("a/b/c/up", "../../b"),
            link("a/gone", "nowhere/at/all"),
            link("a/self", "self"),
            link("a/b/c/top", "../.."),
            hard("a/again", "a/gone"),
        )
    )
    unpack(archive, tree, mtime_limit=LIMIT)
    assert (tree / "b/c/up").resolve() == (tree / "b").resolve()
    assert (tree / "again").readlink() == Path("nowhere/at/all")


@pytest.mark.parametrize(
    ("path", "target", "out"),
    [
        ("l", ".", False),
        ("l", "..", True),
        ("d/l", "..", False),
        ("d/l", "../..", True),
        ("d/l", "../x/../y", False),
        ("l", "loop", False),
        ("l", "down/..", False),
        ("l", "down/../..", False),
        ("l", "down/../../..", True),
        ("l", "away", True),
        ("l", "away/x", True),
    ],
)
def test_where_links_lead(path: str, target: str, out: bool) -> None:
    links = {path: target, "loop": "loop2", "loop2": "loop", "down": "d/e", "away": "/tmp"}
    assert leads_out(path, links) is out


def test_a_later_member_replaces_an_earlier_one(archive: Path, tree: Path) -> None:
    archive.write_bytes(
        tar_bytes(
            member("a/1", b"old"), hard("a/kept", "a/1"), member("a/1", b"new"),
            link("a/2", "1"), member("a/2", b"file now"),
            member("a/3", b"file"), link("a/3", "1"),
        )
    )  # fmt: skip
    unpack(archive, tree, mtime_limit=LIMIT)
    assert [(tree / name).read_bytes() for name in ("1", "kept", "2", "3")] == [b"new", b"old", b"file now", b"new"]


def test_a_leading_dot_is_no_folder(archive: Path, tree: Path) -> None:
    archive.write_bytes(tar_bytes(folder("./"), folder("./a", mtime=3), member("./a//./file", b"x")))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert list(listing(tree)) == [".", "file"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_odd_names_come_out_as_they_are(archive: Path, tree: Path, form: int) -> None:
    names = ["new\nline", "tab\t", "é", "\udcff not UTF-8", " ", "-rf", "back\\slash", "d" * 99 + "/" + "n" * 90]
    archive.write_bytes(tar_bytes(*(member(f"a/{name}", b"x") for name in names), format=form))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert sorted(path.name for path in tree.rglob("*") if path.is_file()) == sorted(n.split("/")[-1] for n in names)


def test_a_sparse_file_of_gnu_tar_is_whole(archive: Path, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with (tmp_path / "a/sparse").open("wb") as file:
        file.seek(5_000_000)
        file.write(b"in the middle")
        file.truncate(9_000_000)
    (tmp_path / "a/zlast").write_bytes(b"x")
    for form in ("gnu", "posix"):
        subprocess.run(["tar", "-cSf", archive, f"--format={form}", "a"], cwd=tmp_path, check=True)
        assert archive.stat().st_size < 100_000
        place = tree.with_name(form)
        unpack(archive, place, mtime_limit=LIMIT)
        assert (place / "sparse").read_bytes() == (tmp_path / "a/sparse").read_bytes()
        assert (place / "zlast").read_bytes() == b"x"


@pytest.mark.parametrize("size", [511, 512, 513, (1 << 20) - 512, 1 << 20, (1 << 20) + 1])
def test_sizes_at_the_edges_of_blocks_and_chunks(archive: Path, tree: Path, size: int) -> None:
    data = [os.urandom(size) for _ in range(3)]
    archive.write_bytes(gzip.compress(tar_bytes(*(member(f"a/{n}", part) for n, part in enumerate(data))), 1))
    unpack(archive, tree, mtime_limit=LIMIT)
    assert [(tree / str(n)).read_bytes() for n in range(3)] == data


def outer(inner: bytes) -> bytes:
    return gzip.compress(tar_bytes(folder("a-1"), member("a-1/other.tar.xz", b"x"), member("a-1/a.tar.xz", inner)))


def test_an_archive_within_the_archive_is_unpacked(archive: Path, tree: Path) -> None:
    data = os.urandom(1_500_000)
    archive.write_bytes(outer(lzma.compress(tar_bytes(member("gcc-14/file", data)))))
    unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/a.tar.xz")
    assert (tree / "file").read_bytes() == data


def test_an_inner_archive_that_is_not_there_is_told(archive: Path, tree: Path) -> None:
    archive.write_bytes(outer(b""))
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/aa.tar.xz")
    assert str(caught.value).splitlines()[0] == f"{archive}: has no member 'a-1/aa.tar.xz'"
    assert caught.value.hint.startswith("Did you mean a-1/a.tar.xz")
    assert list(tree.parent.iterdir()) == []


def test_an_inner_archive_that_is_bad_is_told_with_both_names(archive: Path, tree: Path) -> None:
    archive.write_bytes(outer(tar_bytes(member("/x"))))
    with pytest.raises(LeafrootError) as caught:
        unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/a.tar.xz")
    assert str(caught.value) == f"{archive}: a-1/a.tar.xz: member '/x' has an absolute path"
    archive.write_bytes(outer(lzma.compress(tar_bytes(member("a/x", os.urandom(5000))))[:-100]))
    with pytest.raises(LeafrootError, match=r"a-1/a\.tar\.xz: is damaged, or is no archive: "):
        unpack(archive, tree, mtime_limit=LIMIT, inner="a-1/a.tar.xz")
    assert list(tree.parent.iterdir()) == []


READ_ALL = """
import resource, sys, time
from leafroot.effects.decompress import ReadAhead, open_compressed
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = 0
with open(sys.argv[1], "rb") as raw, ReadAhead(open_compressed(raw), 1 << 40) as stream:
    count += len(stream.read(1))
    time.sleep(0.5)
    while data := stream.read(1 << 20):
        count += len(data)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd"])
def test_what_expands_a_thousandfold_takes_little_memory(archive: Path, name: str) -> None:
    size = 300_000_000
    if name == "zstd":
        archive.write_bytes(zstandard.ZstdCompressor(level=1).compress(bytes(size)))
    else:
        archive.write_bytes(COMPRESSORS[name](bytes(size // 10)) * 10)
    assert archive.stat().st_size < 400_000
    # In a process of its own: memory that pytest had once counts for ever.
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, archive], cwd=ROOT, capture_output=True, text=True, check=True
    )
    count, kilobytes = map(int, done.stdout.split())
    assert count == size
    assert kilobytes < 100_000


def test_the_decompressing_thread_ends_with_its_reader(archive: Path) -> None:
    size = 3 * decompress.CHUNK * decompress._AHEAD
    archive.write_bytes(bytes(size))
    with archive.open("rb") as raw, decompress.ReadAhead(decompress.open_compressed(raw), 1 << 40) as stream:
        assert stream.read(10) == bytes(10)
        thread = stream._thread
        assert thread.is_alive()
        # Closing the file would end the thread too, with an error.
        stream.__exit__()
        assert not thread.is_alive()
        assert raw.tell() < size
