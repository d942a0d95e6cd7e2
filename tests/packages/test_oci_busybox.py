# SPDX-License-Identifier: Apache-2.0
"""The container image of package oci-busybox: what the image specification asks for, and the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[2] / "package/oci-busybox/src"
EPOCH = 1767225600


def make_root(folder: Path) -> Path:
    """A small root, made as a step would."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/busybox").write_text("a program\n")
    (folder / "bin/busybox").chmod(0o755)
    (folder / "bin/sh").symlink_to("busybox")
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o1777)
    return folder


def pack(folder: Path, machine: str = "x86_64-leafroot-linux-musl") -> Path:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}
    command = ["sh", str(SOURCE / "image.sh"), "rootfs", "image.tar", machine]
    subprocess.run(command, cwd=folder, env=environment, check=True)
    return folder / "image.tar"


@pytest.fixture
def image(tmp_path: Path) -> dict[str, bytes]:
    """The files of an image by their names."""
    make_root(tmp_path / "rootfs")
    with tarfile.open(pack(tmp_path)) as tar:
        files = {member.name: tar.extractfile(member) for member in tar}
        return {name: file.read() for name, file in files.items() if file}


def blob(image: dict[str, bytes], descriptor: dict[str, Any]) -> bytes:
    """What a descriptor leads to, which has its digest and its size."""
    content = image["blobs/sha256/" + descriptor["digest"].removeprefix("sha256:")]
    assert descriptor["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert descriptor["size"] == len(content)
    return content


def test_the_index_leads_to_the_layer(image: dict[str, bytes]) -> None:
    assert json.loads(image["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    (descriptor,) = json.loads(image["index.json"])["manifests"]
    assert descriptor["annotations"]["io.containerd.image.name"] == "docker.io/library/busybox:leafroot"
    manifest = json.loads(blob(image, descriptor))
    assert manifest["mediaType"] == descriptor["mediaType"]
    config = json.loads(blob(image, manifest["config"]))
    assert (config["architecture"], config["os"], config["created"]) == ("amd64", "linux", "2026-01-01T00:00:00Z")
    (layer,) = manifest["layers"]
    # A layer that is not compressed: its own digest is that of its content.
    assert config["rootfs"] == {"type": "layers", "diff_ids": [layer["digest"]]}
    blob(image, layer)


def test_docker_finds_the_same(image: dict[str, bytes]) -> None:
    (entry,) = json.loads(image["manifest.json"])
    (descriptor,) = json.loads(image["index.json"])["manifests"]
    manifest = json.loads(blob(image, descriptor))
    names = [
        "blobs/sha256/" + one["digest"].removeprefix("sha256:") for one in (manifest["config"], *manifest["layers"])
    ]
    assert [entry["Config"], *entry["Layers"]] == names
    assert entry["RepoTags"] == ["busybox:leafroot"]


def test_the_layer_is_the_root(image: dict[str, bytes], tmp_path: Path) -> None:
    (entry,) = json.loads(image["manifest.json"])
    (tmp_path / "layer.tar").write_bytes(image[entry["Layers"][0]])
    with tarfile.open(tmp_path / "layer.tar") as tar:
        found = {member.name: (member.mode, member.uid, member.mtime, member.linkname) for member in tar}
    assert found["./bin/busybox"] == (0o755, 0, EPOCH, "")
    assert found["./bin/sh"] == (0o777, 0, EPOCH, "busybox")
    assert found["./tmp"] == (0o1777, 0, EPOCH, "")


def test_equal_roots_make_equal_images(tmp_path: Path) -> None:
    images = []
    for name, when in (("one", 1), ("another", 2_000_000_000)):
        make_root(tmp_path / name / "rootfs")
        for path in (tmp_path / name / "rootfs").rglob("*"):
            os.utime(path, (when, when), follow_symlinks=False)
        images.append(pack(tmp_path / name).read_bytes())
    assert images[0] == images[1]
    # That it could have come out otherwise.
    (tmp_path / "one/rootfs/bin/busybox").chmod(0o700)
    assert pack(tmp_path / "one").read_bytes() != images[0]


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        ("x86_64-leafroot-linux-musl", {"architecture": "amd64"}),
        ("x86_64-linux-gnu", {"architecture": "amd64"}),
        ("aarch64-leafroot-linux-musl", {"architecture": "arm64"}),
        ("arm-leafroot-linux-musleabihf", {"architecture": "arm", "variant": "v7"}),
        ("riscv64-leafroot-linux-musl", {"architecture": "riscv64"}),
    ],
)
def test_the_architecture_is_called_as_go_calls_it(tmp_path: Path, machine: str, said: dict[str, str]) -> None:
    make_root(tmp_path / "rootfs")
    with tarfile.open(pack(tmp_path, machine)) as tar:
        file = tar.extractfile("manifest.json")
        assert file
        (entry,) = json.loads(file.read())
        file = tar.extractfile(entry["Config"])
        assert file
        config = json.loads(file.read())
    assert {name: config[name] for name in ("architecture", "variant") if name in config} == said


def test_the_bundle_has_what_the_checks_change() -> None:
    """tests/boot/containers edits these lines of it by their text."""
    text = (SOURCE / "config.json").read_text()
    config = json.loads(text)
    assert config["process"]["args"] == ["sh"] and config["root"] == {"path": "rootfs", "readonly": True}
    for words in ('"args": ["sh"]', '"path": "rootfs"', '"readonly": true', '"linux": {', '{"destination": "/run"'):
        assert text.count(words) == 1
    assert config["mounts"][-1]["destination"] == "/run"
