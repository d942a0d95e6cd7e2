# SPDX-License-Identifier: Apache-2.0
"""dockerd and containerd as services: killed at random, with a registry of one's own, and with docker compose."""

from __future__ import annotations

import http.client
import json
import platform
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leafroot.describe.archive import Archive
from leafroot.host.bubblewrap import with_usr
from tests.boot.conftest import Scons
from tests.boot.container_guest import HOST, Consoles, check, image
from tests.performing import shared_store, shared_usr
from tests.web_server import served

pytestmark = pytest.mark.containers

# The registry of Debian 12, for the machine that the tests run on.
REGISTRY = {
    "x86_64": Archive(
        "debian:pool/main/d/docker-registry/docker-registry_2.8.2+ds1-1_amd64.deb",
        "a9bd06c0e006854608f8469b4371743f40604ad90975532bb3b7ceeb72fe2913",
        "data.tar.xz",
    ),
}
CONFIGURATION = """\
version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: {folder}/images}}}}
http:
  addr: 127.0.0.1:{port}
  tls: {{certificate: {folder}/registry.crt, key: {folder}/registry.key}}
"""
KILLS, SEED = 50, 20261130


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def constrained(authority: str) -> tuple[str, ...]:
    """Whether a certificate is a CA's: without its own configuration, openssl says nothing of it."""
    return ("-addext", f"basicConstraints=critical,CA:{authority}")


def make_certificates(folder: Path) -> None:
    """A CA of our own in ca.crt, and what it has signed for the registry in registry.crt and registry.key."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1")
    authority = ("-x509", "-subj", "/CN=Leafroot's tests", "-keyout", "ca.key", "-out", "ca.crt", *constrained("true"))
    names = ("-addext", f"subjectAltName=IP:{HOST},IP:127.0.0.1", *constrained("false"))
    signed = ("-x509", "-subj", "/CN=registry", "-CA", "ca.crt", "-CAkey", "ca.key", *names)
    for words in (authority, (*signed, "-keyout", "registry.key", "-out", "registry.crt")):
        subprocess.run(["openssl", "req", *key, *words], cwd=folder, check=True, capture_output=True)


@contextmanager
def registry(folder: Path) -> Iterator[int]:
    """Debian's registry on a free port of this machine, with TLS; its files and images are in the folder."""
    program = shared_store().alone(REGISTRY[platform.machine()]) / "usr/bin/docker-registry"
    make_certificates(folder)
    port = free_port()
    (folder / "registry.yml").write_text(CONFIGURATION.format(folder=folder, port=port))
    with (folder / "registry.log").open("wb") as log:
        # It is linked with a libc, which this machine may not have.
        words = [*with_usr(shared_usr()), program, "serve", folder / "registry.yml"]
        server = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            assert ask(folder, port, "/v2/") == {}, (folder / "registry.log").read_text()
            yield port
        finally:
            server.terminate()
            server.wait(30)


def ask(folder: Path, port: int, path: str) -> object:
    """The JSON that the registry answers with; it gets a minute to start."""
    context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    for _ in range(60):
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10.0)
        try:
            connection.request("GET", path)
            return json.load(connection.getresponse())
        except ConnectionRefusedError:
            time.sleep(1.0)
        finally:
            connection.close()
    return None


@pytest.mark.skipif(platform.machine() not in REGISTRY, reason="no registry is known for this machine's processor")
def test_docker_and_ctr_use_a_registry_of_ones_own(scons: Scons, console_of: Consoles, tmp_path: Path) -> None:
    guest = image(scons, tmp_path, ["containertest", "docker-compose"], boot="nullfs")
    public = tmp_path / "public"
    public.mkdir()
    with registry(tmp_path) as port, served(public, HOST) as files:
        (public / "ca.crt").write_bytes((tmp_path / "ca.crt").read_bytes())
        console = console_of(guest)
        wanted = [
            "the machine has a network, and dockerd runs",
            "without its CA, the registry is not trusted",
            "docker push",
            "docker pull, and a container of it",
            "docker run pulls by digest",
            "docker build from there, pushed and pulled",
            "what nobody has pushed is not found",
            "ctr image pull",
        ]
        command = f"registry {HOST}:{port} {files}"
        check(console, command, [f"registry: {text}" for text in wanted], timeout=3600.0)
        assert ask(tmp_path, port, "/v2/_catalog") == {"repositories": ["leafroot/busybox", "leafroot/made"]}


def test_docker_compose_runs_an_application(scons: Scons, console_of: Consoles, tmp_path: Path) -> None:
    guest = image(scons, tmp_path, ["containertest", "docker-compose"], boot="nullfs")
    wanted = [
        "is ready",
        "docker compose is there",
        "up: a healthy service, one that finds it by name, a port, a volume",
        "exec",
        "down leaves nothing",
    ]
    check(console_of(guest), "compose", [f"compose: {text}" for text in wanted], timeout=3600.0)


def test_daemons_killed_at_random_leave_nothing_and_docker_works_on(
    scons: Scons, console_of: Consoles, tmp_path: Path
) -> None:
    guest = image(scons, tmp_path, ["containertest"], boot="nullfs")
    each = [f"{number}: the next docker run works, and nothing is left" for number in range(1, KILLS + 1)]
    wanted = [f"kills: {text}" for text in ("is ready", *each)]
    check(console_of(guest), f"kills {SEED} {KILLS}", wanted, timeout=10800.0)
