# SPDX-License-Identifier: Apache-2.0
"""An external compiler, and QEMU, are checked before they are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.errors import LeafrootError
from leafroot.guest.emulators import Emulators
from leafroot.host.external_compiler import compiler_identity
from leafroot.kconfig.config import ExternalToolchain

TUPLE = "x86_64-acme-linux-gnu"


def compiler(
    prefix: Path,
    version: str = "13.2.0",
    machine: str = TUPLE,
    without: str = "",
    sysroot: str = "",
    macros: str = "__linux__ __GLIBC__",
) -> ExternalToolchain:
    """A stand-in that answers as GCC does; what it names exists, but for `without`."""
    (prefix / "bin").mkdir()
    (prefix / "lib").mkdir()
    for name in ("cc1", "libgcc.a", "libgcc_eh.a", "crtbeginS.o"):
        if name != without:
            (prefix / "lib" / name).write_text(name)
    for name in ("as", "ld", "ar"):
        if name != without:
            (prefix / "bin" / f"{TUPLE}-{name}").write_text(name)
    gcc = prefix / "bin" / f"{TUPLE}-gcc"
    gcc.write_text(
        f"""#!/bin/sh
case $1 in
-dumpfullversion) echo {version} ;;
-dumpmachine) echo {machine} ;;
-print-sysroot) echo {sysroot} ;;
-dM) for name in {macros}; do echo "#define $name 1"; done; [ "{macros}" ] ;;
-print-*=*) file={prefix}/lib/${{1#*=}}; if [ -e "$file" ]; then echo "$file"; else echo "${{1#*=}}"; fi ;;
*) exit 1 ;;
esac
"""
    )
    gcc.chmod(0o755)
    return ExternalToolchain(str(prefix), TUPLE)


def test_the_identity_has_the_version_and_depends_on_the_bytes(tmp_path: Path) -> None:
    external = compiler(tmp_path)
    first = compiler_identity(external, "x86_64")
    assert first.startswith("GCC 13.2.0, glibc, ")
    assert compiler_identity(external, "x86_64") == first
    (tmp_path / "lib" / "cc1").write_text("another")
    assert compiler_identity(external, "x86_64") != first


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"version": "11.4.0"}, "{gcc} is version 11.4.0; 12 or newer is needed"),
        ({"machine": "aarch64-linux-gnu"}, "{gcc} compiles for aarch64-linux-gnu, not for x86_64"),
        ({"sysroot": "/gone"}, "{gcc} uses the sysroot /gone, which does not exist"),
        ({"macros": "__NEWLIB__"}, "{gcc} (" + TUPLE + ") does not compile for Linux"),
        ({"without": "libgcc_eh.a"}, "{gcc} has no libgcc_eh.a"),
        ({"without": "cc1"}, "{gcc} has no cc1"),
        ({"without": "ld"}, "{gcc} has no " + f"{TUPLE}-ld"),
    ],
    ids=["too old", "another processor", "no sysroot", "bare metal", "no libgcc_eh", "no compiler proper", "no linker"],
)
def test_an_unsuitable_compiler_is_refused(tmp_path: Path, more: dict[str, str], message: str) -> None:
    external = compiler(tmp_path, **more)
    with pytest.raises(LeafrootError) as caught:
        compiler_identity(external, "x86_64")
    assert str(caught.value) == f"external toolchain: {message.format(gcc=tmp_path / 'bin' / f'{TUPLE}-gcc')}"


@pytest.mark.parametrize(
    ("macros", "machine", "libc"),
    [
        ("__linux__ __GLIBC__ __UCLIBC__", TUPLE, "uClibc"),
        ("__linux__", "x86_64-acme-linux-musl", "musl"),
        ("__linux__", TUPLE, "unknown libc"),
    ],
)
def test_the_identity_names_the_c_library(tmp_path: Path, macros: str, machine: str, libc: str) -> None:
    assert compiler_identity(compiler(tmp_path, macros=macros, machine=machine), "x86_64").split(", ")[1] == libc


def test_a_missing_compiler_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafrootError) as caught:
        compiler_identity(ExternalToolchain(str(tmp_path), TUPLE), "x86_64")
    assert str(caught.value).startswith(f"external toolchain: no compiler at {tmp_path}/bin/{TUPLE}-gcc\n")


def test_an_old_qemu_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "qemu"
    old.write_text("#!/bin/sh\necho 'QEMU emulator version 6.2.0 (Debian)'\n")
    old.chmod(0o755)
    with pytest.raises(LeafrootError) as caught:
        Emulators().check(str(old), ARCHES["x86_64"].emulation)
    assert str(caught.value) == (
        f"{old}: this is QEMU emulator version 6.2.0 (Debian); '-machine q35 -cpu max' needs 7.2 or newer\n"
        "  Leave out QEMU=host: Leafroot has a QEMU of its own."
    )
    old.write_text("#!/bin/sh\necho 'QEMU emulator version 7.2.0'\n")
    Emulators().check(str(old), ARCHES["x86_64"].emulation)


def test_a_program_that_prints_no_version_is_not_qemu() -> None:
    with pytest.raises(LeafrootError) as caught:
        Emulators().check("echo", ARCHES["x86_64"].emulation)
    assert str(caught.value).startswith("echo: not QEMU: with --version it prints ")
