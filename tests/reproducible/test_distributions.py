# SPDX-License-Identifier: Apache-2.0
"""README's first command as an ordinary user of several distributions: the same images as on this machine.

Two are Debian releases. One is a machine with nothing but busybox, Python with venv, bubblewrap and git.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from pip._vendor import certifi

from leafroot.host.bubblewrap import usr_words
from leafroot.reproduce.place import other_root
from tests.performing import usr_alone
from tests.real_builds import CALLERS_CACHE, scons, sha256

ROOT = Path(__file__).parents[2]
TREE = Path(__file__).parent / "tree"
BOARD = "qemu_x86_64"
IMAGES = ("bzImage", "rootfs.cpio.zst", "manifest.json")
# Builds need these programs, and the minimal machine must not have them.
TOOLS = ("apt-get", "dpkg", "gcc", "ld", "make", "perl", "awk", "sed", "find", "patch", "flex", "qemu-system-x86_64")
RELEASES = [
    pytest.param(
        release,
        marks=pytest.mark.skipif(
            os.geteuid() != 0 or not shutil.which("debootstrap"),
            reason="only root can make the root of a release, with debootstrap",
        ),
    )
    for release in ("bookworm", "trixie")
]
USER = 1000
# Debian's pip, which venv installs, has no certificates of its own: it reads this file.
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# How pip reaches its index, beside the proxies. All else that a build fetches is in `archives`.
INDEX = ("PIP_INDEX_URL", "PIP_TRUSTED_HOST")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Built:
    """What this machine has built: with which toolchain, in which clone, of which archives; the sums of the images."""

    toolchain: str
    checkout: Path
    archives: Path
    images: dict[str, str]


@pytest.fixture(scope="module", params=["debian", "source"])
def here(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The images of this machine, from what is committed."""
    folder = tmp_path_factory.mktemp("here")
    checkout, archives = clone(ROOT, folder), folder / "archives"
    words = (f"BOARD={BOARD}", f"TOOLCHAIN={request.param}")
    scons(checkout, *words, "source", f"DIR={archives}")
    scons(checkout, *words)
    return Built(request.param, checkout, archives, sums(checkout))


def clone(checkout: Path, folder: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", checkout, folder / "leafroot"], check=True)
    return folder / "leafroot"


def sums(checkout: Path) -> dict[str, str]:
    images = checkout / "output" / BOARD / "images"
    return {name: sha256(images / name) for name in IMAGES}


def minimal(folder: Path) -> list[str]:
    """The words that show the minimal machine as /."""
    usr = usr_alone(TREE, "minimal")
    assert not [name for name in TOOLS for place in ("bin", "sbin") if (usr / place / name).exists()]
    etc = folder / "etc"
    (etc / "ssl/certs").mkdir(parents=True)
    # This machine's list may have the certificate of a proxy.
    certificates = CERTIFICATES if CERTIFICATES.exists() else certifi.where()
    shutil.copyfile(certificates, etc / CERTIFICATES.relative_to("/etc"))
    (etc / "passwd").write_text(f"dev:x:{USER}:{USER}::/home/dev:/bin/sh\n")
    (etc / "group").write_text(f"dev:x:{USER}:\n")
    shutil.copyfile("/etc/resolv.conf", etc / "resolv.conf")
    (etc / "os-release").write_text('ID=minimal\nPRETTY_NAME="A minimal machine"\n')
    return [*usr_words(usr), "--ro-bind", str(etc), "/etc"]


def debian(release: str) -> list[str]:
    """The words that show a release of Debian, with what Leafroot needs, as /."""
    root = other_root(release, ROOT, CALLERS_CACHE, os.environ.get("DEBIAN_MIRROR", ""))
    words = []
    for path in sorted(root.iterdir()):
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), f"/{path.name}"]
        elif path.name not in ("dev", "home", "opt", "proc", "run", "sys", "tmp"):
            words += ["--ro-bind", str(path), f"/{path.name}"]
    return words


@pytest.mark.parametrize("distribution", ["minimal", *RELEASES])
def test_the_first_command_gives_the_images_of_this_machine(here: Built, distribution: str, tmp_path: Path) -> None:
    """In a fresh clone, with an empty cache."""
    home = tmp_path / "home"
    home.mkdir()
    checkout = clone(here.checkout, home)
    variables = {"PATH": "/usr/bin:/usr/sbin", "HOME": "/home/dev"}
    variables |= {name: os.environ[name] for name in os.environ if name in INDEX or name.lower().endswith("_proxy")}
    line = ["bwrap", "--unshare-user", "--uid", str(USER), "--gid", str(USER), "--unshare-uts"]
    # The machine's own /proc: one with parts hidden, as bwrap makes it, would forbid those of the steps' sandboxes.
    line += [
        "--die-with-parent",
        "--clearenv",
        *(minimal(tmp_path) if distribution == "minimal" else debian(distribution)),
    ]
    line += ["--bind", "/proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    line += ["--bind", str(home), "/home/dev", "--ro-bind", str(here.archives), "/archives"]
    for name, value in variables.items():
        line += ["--setenv", name, value]
    command = ["./bootstrap", "scons", f"BOARD={BOARD}", f"TOOLCHAIN={here.toolchain}", "boot-test"]
    done = subprocess.run(
        [*line, "--chdir", "/home/dev/leafroot", "--", *command, "PRIMARY_MIRROR=/archives", "OFFLINE=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-8000:]
    assert sums(checkout) == here.images
    shutil.rmtree(home)
