# SPDX-License-Identifier: Apache-2.0
"""What the tests of the root need: the kernel's sources, programs to compare with, compiled programs."""

from __future__ import annotations

import functools
import runpy
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from elf_roots import HARDENED, LIBRARY, LINKED, LOADER, PROGRAM, Build

from leafroot.rootfs.elf import ElfTarget, read_elf
from tests.performing import shared_store

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def kernel_source_file() -> Callable[[str], Path]:
    """Give a file of the unpatched Linux 6.12, fetched and unpacked into the cache where it is not there."""
    series = runpy.run_path(str(CHECKOUT / "linux/6.12/kernel.py"))["kernel"]
    store = shared_store()

    def source_file(name: str) -> Path:
        return store.source(series.source(), []) / name

    return source_file


@pytest.fixture(scope="session")
def command() -> Callable[..., bytes]:
    """Run a program with the given input and give its standard output; its failure is the test's."""

    def run(argv: Sequence[str | Path], data: bytes = b"", cwd: Path | None = None) -> bytes:
        program = shutil.which(argv[0])
        assert program, f"{argv[0]} is not in tests/programs.py"
        done = subprocess.run([program, *argv[1:]], input=data, capture_output=True, cwd=cwd, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    return run


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compile and link one C text without any libc, the same thing only once."""
    folder = tmp_path_factory.mktemp("elf")

    @functools.cache
    def run(source: str, *options: str) -> bytes:
        (folder / "source.c").write_text(source)
        argv = ["gcc", "-O1", "-ffreestanding", "-nostdlib", "-w", "-o", "result", "source.c", *options]
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return (folder / "result").read_bytes()

    return run


@pytest.fixture(scope="session")
def program(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build a program; `needs` are names of libraries that it is linked with."""
    folder = tmp_path_factory.mktemp("needed")

    def run(*options: str, needs: tuple[str, ...] = (), plain: tuple[str, ...] = HARDENED) -> bytes:
        libraries = []
        for name in needs:
            (folder / name).write_bytes(build(LINKED, "-shared", "-fPIC", f"-Wl,-soname,{name}"))
            libraries.append(str(folder / name))
        return build(
            PROGRAM,
            "-fPIE",
            "-pie",
            f"-Wl,--dynamic-linker={LOADER}",
            "-Wl,--unresolved-symbols=ignore-all,--no-as-needed",
            *libraries,
            *plain,
            *options,
        )

    return run


@pytest.fixture(scope="session")
def library(build: Build) -> Build:
    """Build a shared library."""

    def run(*options: str, source: str = LIBRARY) -> bytes:
        return build(source, "-shared", "-fPIC", "-Wl,-soname,libit.so", *HARDENED, *options)

    return run


@pytest.fixture(scope="session")
def target(library: Build) -> ElfTarget:
    """This machine as a target."""
    facts = read_elf(library(), "a library")
    return ElfTarget(facts.machine, facts.elf_class, facts.little_endian, LOADER)
