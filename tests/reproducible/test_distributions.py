# SPDX-License-Identifier: Apache-2.0
"""README's first command as an ordinary user of several distributions: the same images on each.

Two are Debian releases. One is a machine with nothing but busybox, Python with venv, bubblewrap and git.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from leafroot.reproduce.place import other_root
from tests.performing import usr_alone
from tests.real_builds import CALLERS_CACHE, scons, sha256

ROOT = Path(__file__).parents[2]
TREE = Path(__file__).parent / "tree"
BOARD = "qemu_x86_64"
IMAGES = ("bzImage", "rootfs.cpio.zst", "manifest.json")
# Programs of which no build may need the machine's own.
TOOLS = ("apt-get", "dpkg", "gcc", "ld", "make", "perl", "awk", "sed", "find", "patch", "flex", "qemu-system-x86_64")
RELEASES = ("bookworm", "trixie")
USER = 1000
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PASSED = ("PIP_INDEX_URL", "PIP_CERT", "PIP_TRUSTED_HOST", "PIP_CONFIG_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the minimal machine is locked for x86_64"),
]


def minimal(folder: Path) -> list[str]:
    """The words that show the minimal machine as /."""
    usr = usr_alone(TREE, "minimal")
    assert not [name for name in TOOLS for place in ("bin", "sbin") if (usr / place / name).exists()]
    etc = folder / "etc"
    (etc / "ssl/certs").mkdir(parents=True)
    # Debian's own pip, which venv installs, does not start without it.
    shutil.copyfile(CERTIFICATES, etc / "ssl/certs/ca-certificates.crt")
    (etc / "passwd").write_text(f"dev:x:{USER}:{USER}::/home/dev:/bin/sh\n")
    (etc / "group").write_text(f"dev:x:{USER}:\n")
    shutil.copyfile("/etc/resolv.conf", etc / "resolv.conf")
    (etc / "os-release").write_text('ID=minimal\nPRETTY_NAME="A minimal machine"\n')
    words = ["--ro-bind", str(usr), "/usr", "--ro-bind", str(etc), "/etc"]
    for name in ("bin", "sbin", "lib", "lib64"):
        words += ["--symlink", f"usr/{name}", f"/{name}"]
    return words


def debian(release: str) -> list[str]:
    """The words that show a release of Debian, with what Leafroot needs, as /."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("only root can make the root of a release, with debootstrap")
    root = other_root(release, ROOT, CALLERS_CACHE, os.environ.get("DEBIAN_MIRROR", ""))
    words = []
    for path in sorted(root.iterdir()):
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), f"/{path.name}"]
        elif path.name not in ("dev", "home", "opt", "proc", "run", "sys", "tmp"):
            words += ["--ro-bind", str(path), f"/{path.name}"]
    return words


def build(words: list[str], folder: Path, archives: Path, toolchain: str) -> dict[str, str]:
    """The sums of the images that README's first command makes there, in a fresh clone, with an empty cache."""
    home = folder / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, home / "leafroot"], check=True)
    variables = {"PATH": "/usr/bin:/usr/sbin", "HOME": "/home/dev", "PIP_CERT": "/ca.crt"}
    variables |= {name: os.environ[name] for name in os.environ if name in PASSED or name.lower().endswith("_proxy")}
    line = ["bwrap", "--unshare-user", "--uid", str(USER), "--gid", str(USER), "--unshare-uts"]
    # The machine's own /proc: one with parts hidden, as bwrap makes it, would forbid those of the steps' sandboxes.
    line += ["--die-with-parent", "--clearenv", *words, "--bind", "/proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    line += ["--bind", str(home), "/home/dev", "--ro-bind", str(archives), "/archives"]
    line += ["--ro-bind", str(CERTIFICATES), "/ca.crt"]
    for name, value in variables.items():
        line += ["--setenv", name, value]
    command = ["./bootstrap", "scons", f"BOARD={BOARD}", f"TOOLCHAIN={toolchain}", "boot-test"]
    done = subprocess.run(
        [*line, "--chdir", "/home/dev/leafroot", "--", *command, "PRIMARY_MIRROR=/archives", "OFFLINE=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-8000:]
    images = home / "leafroot/output" / BOARD / "images"
    return {name: sha256(images / name) for name in IMAGES}


@pytest.mark.parametrize("toolchain", ["debian", "source"])
def test_the_first_command_gives_the_same_images_on_each_distribution(toolchain: str, tmp_path: Path) -> None:
    archives = tmp_path / "archives"
    scons(ROOT, f"BOARD={BOARD}", f"TOOLCHAIN={toolchain}", f"OUTPUT={tmp_path / 'o'}", "source", f"DIR={archives}")
    found = {}
    for name in ("minimal", *RELEASES):
        folder = tmp_path / name
        folder.mkdir()
        words = minimal(folder) if name == "minimal" else debian(name)
        found[name] = build(words, folder, archives, toolchain)
        shutil.rmtree(folder / "home")
    assert found == dict.fromkeys(found, found["minimal"])
