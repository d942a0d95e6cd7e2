# SPDX-License-Identifier: Apache-2.0
"""Facts of a compiler of this machine that is used in place of Leafroot's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from leafroot.errors import LeafrootError
from leafroot.files import digest_of
from leafroot.host.run import capture
from leafroot.kconfig.config import ExternalToolchain

_OLDEST_GCC = 12


def compiler_identity(external: ExternalToolchain, machine: str, file_digest: Callable[[Path], str] = digest_of) -> str:
    """Check an external compiler; returns its version and a digest of its programs and libraries.

    `machine` is the first part of the tuple that it must compile for. `file_digest` gives a file's SHA-256: the
    compiler has 30 MB, which need not be read in every run. Raises LeafrootError if the compiler is missing, too old,
    made for another processor or system, has a sysroot that does not exist, or lacks what a libc is built with.
    """
    gcc = f"{external.prefix}/bin/{external.tuple}-gcc"
    where = "external toolchain"
    if not Path(gcc).exists():
        raise LeafrootError(
            f"no compiler at {gcc}",
            where=where,
            hint="Set TOOLCHAIN_EXTERNAL_PREFIX to the folder that contains bin/<tuple>-gcc, and\n"
            "TOOLCHAIN_EXTERNAL_TUPLE to the tuple; or choose Debian's compiler: TOOLCHAIN=debian.",
        )
    asked = ("-dumpfullversion", "-dumpmachine")
    version, target = (_ask(gcc, option) for option in asked)
    if int(version.split(".")[0]) < _OLDEST_GCC:
        raise LeafrootError(f"{gcc} is version {version}; {_OLDEST_GCC} or newer is needed", where=where)
    if target.split("-")[0] != machine:
        raise LeafrootError(f"{gcc} compiles for {target}, not for {machine}", where=where)
    sysroot = _ask(gcc, "-print-sysroot")
    if sysroot and not Path(sysroot).is_dir():
        raise LeafrootError(f"{gcc} uses the sysroot {sysroot}, which does not exist", where=where)
    libc = _libc(gcc, target)
    parts = [_ask(gcc, "-print-prog-name=cc1")]
    parts += [_ask(gcc, f"-print-file-name={name}") for name in ("libgcc.a", "libgcc_eh.a", "crtbeginS.o")]
    parts += [f"{external.prefix}/bin/{external.tuple}-{tool}" for tool in ("as", "ld", "ar")]
    for part in parts:
        if not (Path(part).is_absolute() and Path(part).exists()):
            raise LeafrootError(f"{gcc} has no {Path(part).name}", where=where)
    return f"GCC {version}, {libc}, {_stamp(parts, file_digest)}"


def _libc(gcc: str, target: str) -> str:
    """The C library that the compiler was made for: libgcc was built with it, and comes with the compiler."""
    # A compiler without a C library has no features.h, and defines nothing.
    defined = _macros(gcc, "-include", "features.h") or _macros(gcc)
    if "__linux__" not in defined:
        raise LeafrootError(f"{gcc} ({target}) does not compile for Linux", where="external toolchain")
    for macro, name in (("__UCLIBC__", "uClibc"), ("__GLIBC__", "glibc")):
        if macro in defined:
            return name
    return "musl" if "musl" in target else "unknown libc"


def _macros(gcc: str, *options: str) -> set[str]:
    """The names of the macros that the compiler predefines."""
    status, said = capture([gcc, "-dM", "-E", "-x", "c", *options, "-"])
    return {line.split()[1] for line in said.splitlines() if line.startswith("#define ")} if status == 0 else set()


def _ask(gcc: str, option: str) -> str:
    status, output = capture([gcc, option])
    if status != 0:
        raise LeafrootError(f"'{gcc} {option}' failed: {output.strip()}", where="external toolchain")
    return output.strip()


def _stamp(parts: list[str], file_digest: Callable[[Path], str]) -> str:
    """A digest of the parts' bytes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(bytes.fromhex(file_digest(Path(part))))
    return digest.hexdigest()[:16]
