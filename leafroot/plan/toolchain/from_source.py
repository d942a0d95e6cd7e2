# SPDX-License-Identifier: Apache-2.0
"""The toolchain built from source: binutils, GCC and musl, each once.

GCC is usually built twice, first without a C library and then with it, because its shared libgcc is linked against the
library. Here libgcc is linked against an empty stub of that name: musl's symbols have no versions, so symbols that are
missing in the stub are found in the real libc.so when a program starts. libstdc++, which needs the real headers and
library, is configured separately from GCC's source.
"""

from __future__ import annotations

from leafroot.describe.arch import Arch
from leafroot.plan.build_machine import Machine
from leafroot.plan.recipes.protocol import unit_source
from leafroot.plan.toolchain.compiler import (
    LDFLAGS,
    NO_MAINTENANCE,
    SYSROOT,
    TOOLCHAIN,
    Toolchain,
    environment,
)
from leafroot.plan.toolchain.libraries import plan_kernel_headers, plan_libstdcxx, plan_musl, plan_musl_headers
from leafroot.step import AnyInput, Output, Step, Union
from leafroot.units.catalog import Catalog

_LIBS = "/hostlibs"
# Fast to build, and fast enough: at -O2, compiling GCC takes far longer than the faster compiler saves here.
_FLAGS = "-O1 -g0"
_HOST_TOOLS = environment(
    {
        "CC": "gcc",
        "CXX": "g++",
        "CFLAGS": _FLAGS,
        "CXXFLAGS": _FLAGS,
        "CFLAGS_FOR_BUILD": _FLAGS,
        "CXXFLAGS_FOR_BUILD": _FLAGS,
        "MAKEINFO": "true",
    }
)
_BINUTILS_WITHOUT = (
    *("nls", "multilib", "werror", "shared", "gdb", "gdbserver", "sim", "gprof", "gprofng", "libctf"),
    *("gold", "plugins"),
)
_GCC_WITHOUT = (
    *("multilib", "nls", "bootstrap", "lto", "plugin", "analyzer", "fixincludes", "gcov", "libcc1", "c++-tools"),
    *("libsanitizer", "libgomp", "libquadmath", "libitm", "libvtv", "libatomic", "libssp", "libstdcxx"),
    *("decimal-float", "werror", "cet"),
)


def plan_source_toolchain(arch: Arch, catalog: Catalog, machine: Machine, c_only: bool = False) -> Toolchain:
    """Every step of the toolchain for `arch`; `machine` is where the compiler itself will run."""
    languages = ("c",) if c_only else ("c", "c++")
    # This is another GCC, so everything that it compiles goes into another folder.
    folder = f"{arch.target}-c" if c_only else arch.target
    gmp, mpfr, mpc = _plan_libraries(catalog, machine)
    headers = plan_kernel_headers(arch, catalog, machine.usr(), folder)
    musl_headers = plan_musl_headers(arch, catalog, machine.usr(), folder)
    binutils = _plan_binutils(arch, catalog, machine, folder)
    gcc = _plan_gcc(
        arch,
        catalog,
        machine,
        languages,
        folder,
        inputs=(
            Union(_LIBS, (gmp.output, mpfr.output, mpc.output)),
            Union(TOOLCHAIN, (binutils.output,)),
            Union(SYSROOT, (musl_headers.output, headers.output)),
        ),
    )
    tools: tuple[AnyInput, ...] = (Union(TOOLCHAIN, (binutils.output, gcc.output)),)
    base = (machine.usr(), *tools)
    musl = plan_musl(arch, catalog, base, folder)
    libstdcxx = plan_libstdcxx(arch, catalog, (*base, Union(SYSROOT, (musl.output, headers.output))), folder)
    version = catalog.packages["gcc"].value.version
    return Toolchain(
        machine=machine,
        label=f"GCC {version}, binutils {catalog.packages['binutils'].value.version}, musl, built from source",
        arch=arch,
        inputs=tools,
        sysroot=(musl.output, headers.output),
        libc=musl.output,
        libstdcxx=libstdcxx.output,
        languages=frozenset(languages),
        folder=folder,
        steps=(gmp, mpfr, mpc, headers, musl_headers, binutils, gcc, musl, libstdcxx),
    )


def _host_triplet(machine: Machine) -> str:
    """The build machine for configure, without anything that would tune the result to this processor."""
    return f"{machine.processor}-unknown-linux-gnu"


def _plan_libraries(catalog: Catalog, machine: Machine) -> tuple[Step, Step, Step]:
    """GCC's arithmetic libraries, static, for the build machine."""
    triplet = _host_triplet(machine)
    common = (
        *(f"--build={triplet}", f"--host={triplet}", f"--prefix={_LIBS}", f"--libdir={_LIBS}/lib"),
        *("--disable-shared", "--enable-static", *NO_MAINTENANCE),
    )

    def library(name: str, options: tuple[str, ...], folders: str, install: str, needs: tuple[Step, ...]) -> Step:
        unit = catalog.packages[name]
        return Step(
            title=f"{name} {unit.value.version}",
            output=Output(f"host/{name}.tar.zst", machine.processor),
            inputs=(
                machine.usr(),
                unit_source(unit),
                *((Union(_LIBS, tuple(step.output for step in needs)),) if needs else ()),
            ),
            commands=(
                ("/src/configure", *common, *options),
                ("make", f"SUBDIRS={folders}"),
                ("make", f"SUBDIRS={install}", "install", "DESTDIR=/out"),
            ),
            env=_HOST_TOOLS,
            result=f"/out{_LIBS}",
            drop=("share", "lib/*.la", "lib/pkgconfig"),
        )

    gmp = library("gmp", ("--disable-assembly", "CXX=no"), "mpn mpz mpq mpf printf scanf rand", "", ())
    mpfr = library("mpfr", (f"--with-gmp={_LIBS}",), "src", "src", (gmp,))
    mpc = library("mpc", (f"--with-gmp={_LIBS}", f"--with-mpfr={_LIBS}"), "src", "src", (gmp, mpfr))
    return gmp, mpfr, mpc


def _plan_binutils(arch: Arch, catalog: Catalog, machine: Machine, folder: str) -> Step:
    unit = catalog.packages["binutils"]
    triplet = _host_triplet(machine)
    parts = ("binutils", "gas", "ld")
    return Step(
        title=f"binutils {unit.value.version}",
        output=Output(f"{folder}/binutils.tar.zst", machine.processor),
        inputs=(machine.usr(), unit_source(unit)),
        commands=(
            (
                "/src/configure",
                f"--build={triplet}",
                f"--host={triplet}",
                f"--target={arch.target}",
                f"--prefix={TOOLCHAIN}",
                f"--with-sysroot={SYSROOT}",
                *(f"--disable-{name}" for name in _BINUTILS_WITHOUT),
                *(f"--without-{name}" for name in ("zstd", "debuginfod", "msgpack", "system-zlib")),
                *("--enable-relro", "--enable-separate-code", "--enable-new-dtags"),
                *("--enable-default-hash-style=gnu", "--enable-deterministic-archives"),
                *NO_MAINTENANCE,
            ),
            ("make", "MAKEINFO=true", *(f"all-{part}" for part in parts)),
            ("make", "MAKEINFO=true", "DESTDIR=/out", *(f"install-strip-{part}" for part in parts)),
        ),
        env=_HOST_TOOLS,
        result=f"/out{TOOLCHAIN}",
        drop=("share", "lib/bfd-plugins", "include"),
    )


def _plan_gcc(
    arch: Arch,
    catalog: Catalog,
    machine: Machine,
    languages: tuple[str, ...],
    folder: str,
    inputs: tuple[AnyInput, ...],
) -> Step:
    unit = catalog.packages["gcc"]
    triplet = _host_triplet(machine)
    compiler = ("/build/gcc/xgcc", "-B/build/gcc/")
    return Step(
        title=f"gcc {unit.value.version}",
        output=Output(f"{folder}/gcc.tar.zst", machine.processor),
        inputs=(machine.usr(), unit_source(unit), *inputs),
        commands=(
            (
                "/src/configure",
                f"--build={triplet}",
                f"--host={triplet}",
                f"--target={arch.target}",
                f"--prefix={TOOLCHAIN}",
                f"--with-sysroot={SYSROOT}",
                "--with-native-system-header-dir=/usr/include",
                f"--with-gxx-include-dir={SYSROOT}/usr/include/c++/{unit.value.version}",
                *(f"--with-{name}={_LIBS}" for name in ("gmp", "mpfr", "mpc")),
                *(f"--enable-languages={','.join(languages)}", "--enable-default-pie", "--enable-default-ssp"),
                *("--enable-initfini-array", "--enable-threads=posix", "--enable-shared"),
                *(
                    "--with-linker-hash-style=gnu",
                    "--enable-checking=release",
                    "--without-zstd",
                    "--without-isl",
                ),
                *(f"--disable-{name}" for name in _GCC_WITHOUT),
                *NO_MAINTENANCE,
                *arch.gcc_options,
            ),
            ("make", "MAKEINFO=true", "all-gcc"),
            # The stub that the shared libgcc is linked against.
            ("mkdir", "/build/stub"),
            (*compiler, "-nostdlib", "-shared", "-fPIC", "-x", "c", "/dev/null", "-o", "/build/stub/libc.so"),
            (*compiler, "-c", "-x", "c", "/dev/null", "-o", "/build/stub/crti.o"),
            ("cp", "/build/stub/crti.o", "/build/stub/crtn.o"),
            ("make", "MAKEINFO=true", "all-target-libgcc"),
            ("make", "MAKEINFO=true", "DESTDIR=/out", "install-strip-gcc", "install-strip-target-libgcc"),
            # libgcc is always compiled with -g, whatever the flags are, and the installer strips only programs.
            (
                *("find", f"/out{TOOLCHAIN}", "-type", "f", "("),
                *("-name", "lib*.a", "-o", "-name", "crt*.o", "-o", "-name", "libgcc_s.so.1"),
                *(")", "-exec", f"{arch.target}-strip", "--strip-debug", "{}", "+"),
            ),
        ),
        env=environment(
            {
                **dict(_HOST_TOOLS),
                "CFLAGS_FOR_TARGET": "-O2 -g0 -B/build/stub/",
                "LDFLAGS_FOR_TARGET": LDFLAGS,
            }
        ),
        result=f"/out{TOOLCHAIN}",
        drop=(
            "share",
            f"lib/gcc/{arch.target}/*/install-tools",
            f"libexec/gcc/{arch.target}/*/install-tools",
            # Wrappers for link-time optimisation, which is left out, and a second name for the compiler.
            f"libexec/gcc/{arch.target}/*/lto-wrapper",
            *(f"bin/{arch.target}-gcc-{name}" for name in ("ar", "nm", "ranlib", unit.value.version)),
            "*.la",
        ),
    )
