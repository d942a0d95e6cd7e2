# SPDX-License-Identifier: Apache-2.0
"""apt is called with its own configuration, its output is read, and its errors are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.debian import apt
from leafroot.debian.apt import Apt, Offer, offers_in, packages_in
from leafroot.errors import LeafrootError
from leafroot.units.lock import pinned

BASE = "http://m.example/debian"
DIGEST = "0123456789abcdef" * 4
SAID = f"""\
W: something to warn of
'{BASE}/pool/main/r/runc/golang-x-dev_1.0%7erc1%2bds1-2_all.deb' golang-x-dev_1.0~rc1+ds1-2_all.deb 12 SHA256:{DIGEST}
'{BASE}/pool/main/g/golang-b/golang-b-dev_2%3a1.24%7e2_all.deb' golang-b-dev_2%3a1.24~2_all.deb 5136 SHA256:{DIGEST}
'{BASE}/pool/main/x/x_1_all.deb' x_1_all.deb 12 MD5Sum:034a6030b0dabc29af0ebdbc424f4e1b
"""

# Notes down how it was called, and answers.
FAKE = """\
#!/bin/sh
echo "$@" >> "{folder}/called"
echo "$APT_CONFIG" >> "{folder}/configured"
{answer}
"""


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "keyring.gpg"
    file.write_bytes(b"")
    monkeypatch.setattr(apt, "_KEYRING", file)
    return file


def fake(monkeypatch: pytest.MonkeyPatch, folder: Path, answer: str) -> None:
    (folder / "bin").mkdir()
    for name in ("apt-get", "apt-cache"):
        program = folder / "bin" / name
        program.write_text(FAKE.format(folder=folder, answer=answer))
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")


def test_packages_are_read_from_the_output_of_apt() -> None:
    assert packages_in(SAID.splitlines(), BASE) == [
        pinned("golang-b-dev", "2:1.24~2", "pool/main/g/golang-b/golang-b-dev_2:1.24~2_all.deb", DIGEST),
        pinned("golang-x-dev", "1.0~rc1+ds1-2", "pool/main/r/runc/golang-x-dev_1.0~rc1+ds1-2_all.deb", DIGEST),
    ]


def test_apt_uses_its_own_configuration_and_indices(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keyring: Path
) -> None:
    (tmp_path / "said").write_text(SAID)
    fake(monkeypatch, tmp_path, f'[ "$1" = update ] || cat "{tmp_path}/said"')
    here = Apt(tmp_path / "apt", "trixie", BASE)
    here.update()
    names = [package.name for package in here.closure(["src:runc", "golang-x-dev"])]
    assert names == ["golang-b-dev", "golang-x-dev"]
    assert (tmp_path / "called").read_text().splitlines() == [
        "update -o APT::Update::Error-Mode=any",
        "build-dep --print-uris -qq -y runc",
        "install --print-uris -qq -y golang-x-dev",
    ]
    assert set((tmp_path / "configured").read_text().split()) == {f"{tmp_path}/apt/apt.conf"}
    assert (tmp_path / "apt/sources.list").read_text() == (
        f"deb [signed-by={keyring}] {BASE} trixie main\ndeb-src [signed-by={keyring}] {BASE} trixie main\n"
    )
    assert f'Dir::State::status "{tmp_path}/apt/status";' in (tmp_path / "apt/apt.conf").read_text()


def test_the_login_of_a_mirror_is_in_a_file_of_ours_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keyring: Path
) -> None:
    fake(monkeypatch, tmp_path, 'echo "E: no"; exit 100')
    with pytest.raises(LeafrootError) as caught:
        Apt(tmp_path / "apt", "trixie", BASE.replace("//", "//me:s3%2Fcret@")).update()
    assert str(caught.value).startswith(f"Debian trixie, {BASE}: apt could not fetch the indices")
    logins = tmp_path / "apt/auth.conf"
    assert logins.read_text() == "machine http://m.example login me password s3/cret\n"
    assert logins.stat().st_mode & 0o777 == 0o600
    assert f'Dir::Etc::netrc "{logins}";' in (tmp_path / "apt/apt.conf").read_text()
    told = [path for path in (tmp_path / "apt").rglob("*") if path.is_file() and b"cret" in path.read_bytes()]
    assert told == [logins]
    with pytest.raises(LeafrootError):
        Apt(tmp_path / "apt", "trixie", BASE).update()
    assert not logins.exists()


def test_an_unknown_release_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keyring: Path) -> None:
    fake(monkeypatch, tmp_path, 'echo "Ign:1 x"; echo "E: The repository does not have a Release file."; exit 100')
    with pytest.raises(LeafrootError) as caught:
        Apt(tmp_path / "apt", "trixy", BASE).update()
    assert str(caught.value) == (
        f"Debian trixy, {BASE}: apt could not fetch the indices\n  E: The repository does not have a Release file."
    )


def test_without_apt_or_keyring_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keyring: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LeafrootError, match="the program apt-get is not installed"):
        Apt(tmp_path / "apt", "trixie", BASE).update()
    keyring.unlink()
    with pytest.raises(LeafrootError, match=r"apt: .*keyring.gpg is missing.*\n  Install debian-archive-keyring"):
        Apt(tmp_path / "apt", "trixie", BASE).update()


SHOWN = f"""\
Package: gcc
Source: gcc-14 (14.2.0-19)
Version: 4:14.2.0-1
Filename: pool/main/g/gcc-14/gcc_14.2.0-1_amd64.deb
SHA256: {DIGEST}

W: Unable to locate package x
Package: golang-src
Version: 1.24-1
Filename: pool/main/g/golang/golang-src_1.24-1_all.deb
SHA256: {DIGEST}

Package: runc
Version: 1.1-2
Directory: pool/main/r/runc
Checksums-Sha1:
 0000 12 runc_1.1.orig.tar.xz
Checksums-Sha256:
 {DIGEST} 12 runc_1.1-2.dsc
 {DIGEST} 34 runc_1.1.orig.tar.xz
"""


def test_versions_are_read_from_the_output_of_apt() -> None:
    assert offers_in(SHOWN) == [
        Offer("gcc-14", "4:14.2.0-1", {"pool/main/g/gcc-14/gcc_14.2.0-1_amd64.deb": DIGEST}),
        Offer("golang-src", "1.24-1", {"pool/main/g/golang/golang-src_1.24-1_all.deb": DIGEST}),
        Offer(
            "runc",
            "1.1-2",
            {"pool/main/r/runc/runc_1.1-2.dsc": DIGEST, "pool/main/r/runc/runc_1.1.orig.tar.xz": DIGEST},
        ),
    ]


def test_another_failure_of_apt_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keyring: Path) -> None:
    fake(monkeypatch, tmp_path, 'echo "E: The package lists are damaged"; exit 100')
    with pytest.raises(LeafrootError, match=r"apt could not look up a b\n  E: The package lists are damaged"):
        Apt(tmp_path / "apt", "trixie", BASE).offers(["b", "a"])
