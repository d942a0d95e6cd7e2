# SPDX-License-Identifier: Apache-2.0
"""The promise: an image whose root is its initramfs, booted in QEMU, and left with pivot_root(2).

Each case is a whole build with a real kernel; the guest's own checks (package rootcheck) decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = [
    pytest.param("6.12", "nullfs", "source", id="6.12-nullfs"),
    pytest.param("6.12", "leaf-tmpfs", "source", id="6.12-leaf-tmpfs"),
    pytest.param("6.12", "rootfs", "source", id="6.12-rootfs-control"),
    pytest.param("7.2", "nullfs", "source", id="7.2-nullfs", marks=pytest.mark.matrix),
    pytest.param("7.2", "leaf-tmpfs", "source", id="7.2-leaf-tmpfs", marks=pytest.mark.matrix),
    pytest.param("6.12", "nullfs", "debian", id="6.12-nullfs-debian", marks=pytest.mark.matrix),
    pytest.param("7.2", "leaf-tmpfs", "debian", id="7.2-leaf-tmpfs-debian", marks=pytest.mark.matrix),
]
FORMS = ("pivot_root(new, new/old)", 'pivot_root(".", ".")')


@pytest.mark.parametrize(("kernel", "boot", "toolchain"), CASES)
def test_the_root_boots_and_can_be_left(scons: Callable[..., str], kernel: str, boot: str, toolchain: str) -> None:
    printed = scons(
        "BOARD=qemu_x86_64",
        f"KERNEL={kernel}",
        f"BOOT={boot}",
        f"TOOLCHAIN={toolchain}",
        f"OUTPUT=output/test/{kernel}-{boot}-{toolchain}",
        "boot-test",
    )
    results = [line for line in printed.splitlines() if line.startswith(("ok ", "not ok "))]
    assert results
    assert not [line for line in results if line.startswith("not ok")]
    check_manifest(ROOT / "output" / "test" / f"{kernel}-{boot}-{toolchain}" / "qemu_x86_64" / "images", boot)
    for form in FORMS:
        told = [line for line in results if form in line]
        # As root and as an ordinary user, with / private and shared.
        assert len(told) == 4
        refused = [line for line in told if "refused with EINVAL" in line]
        assert len(refused) == (4 if boot == "rootfs" else 0)


def check_manifest(images: Path, boot: str) -> None:
    """The manifest tells of the very files that lie beside it, and of all that went into them."""
    manifest = json.loads((images / "manifest.json").read_text())
    assert manifest["boot_mode"] == boot
    assert {image["name"] for image in manifest["images"]} == {"bzImage", "rootfs.cpio.zst"}
    for image in manifest["images"]:
        content = (images / image["name"]).read_bytes()
        assert (image["size"], image["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert {"musl", "busybox", "rootcheck", "skeleton"} <= {package["name"] for package in manifest["packages"]}
    assert all(len(key) == 64 for key in manifest["steps"].values())
    assert "qemu_x86_64/images/bzImage" in manifest["steps"]
    assert {entry["path"] for entry in manifest["hardening"]} >= {"bin/busybox", "usr/bin/rootcheck"}
    assert all(entry["relro"] == "full" and entry["pie"] for entry in manifest["hardening"])


def test_plain_rootfs_fails_the_checks_of_another_mode(scons: Callable[..., str]) -> None:
    """Plain rootfs, looked at as if it were nullfs, must fail: or a pass elsewhere would say nothing."""
    output = Path("output/test/6.12-rootfs-source")
    overlay = Path(__file__).parent / "overlay-claims-nullfs"
    printed = scons(
        "BOARD=qemu_x86_64",
        "KERNEL=6.12",
        "BOOT=rootfs",
        f"OUTPUT={output}-claims-nullfs",
        f"OVERLAY={overlay}",
        "boot-test",
        status=2,
    )
    assert "the guest's checks failed" in printed
    assert "EINVAL" in printed
