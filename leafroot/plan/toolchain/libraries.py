# SPDX-License-Identifier: Apache-2.0
"""The libraries that every program of a target is built against: C library, kernel headers, and libstdc++ for C++."""

from __future__ import annotations

from leafroot.describe.arch import Arch
from leafroot.errors import LeafrootError
from leafroot.plan.recipes.protocol import unit_source
from leafroot.plan.toolchain.compiler import BUILD_TRIPLET, LDFLAGS, NO_MAINTENANCE, TOOLCHAIN, environment
from leafroot.step import AnyInput, Output, Source, Step, Usr
from leafroot.units.catalog import Catalog

# Headers of the oldest series: programs built with them run on every series.
HEADERS_SERIES = "6.12"


def plan_kernel_headers(arch: Arch, catalog: Catalog, usr: Usr, folder: str) -> Step:
    """The step that exports the kernel's user-space headers; `folder` is the folder of the toolchain's artefacts."""
    series = catalog.series.get(HEADERS_SERIES)
    if series is None:
        raise LeafrootError(f"there is no series {HEADERS_SERIES}, whose headers the toolchain needs", "linux/")
    return Step(
        title=f"kernel headers {series.value.version}",
        output=Output(f"{folder}/linux-headers.tar.zst"),
        inputs=(usr, Source("/src", series.value.source())),
        commands=(
            ("make", "-C", "/src", "O=/build", f"ARCH={arch.kernel_arch}", "headers"),
            ("find", "/build/usr/include", "-type", "f", "!", "-name", "*.h", "-delete"),
            ("install", "-d", "/out/usr"),
            ("cp", "-R", "/build/usr/include", "/out/usr/include"),
        ),
    )


def plan_musl_headers(arch: Arch, catalog: Catalog, usr: Usr, folder: str) -> Step:
    """The step that installs only musl's headers, which need no compiler; GCC is built with them."""
    unit = catalog.packages["musl"]
    return Step(
        title=f"musl headers {unit.value.version}",
        output=Output(f"{folder}/musl-headers.tar.zst"),
        inputs=(usr, unit_source(unit)),
        commands=(
            (
                *("make", "-f", "/src/Makefile", "srcdir=/src", f"ARCH={arch.musl_arch}", "prefix=/usr"),
                *("DESTDIR=/out", "install-headers"),
            ),
        ),
    )


def plan_musl(arch: Arch, catalog: Catalog, tools: tuple[AnyInput, ...], folder: str) -> Step:
    """The step that builds musl with a compiler for `arch.target` that is in `tools`."""
    unit = catalog.packages["musl"]
    return Step(
        title=f"musl {unit.value.version}",
        output=Output(f"{folder}/musl.tar.zst"),
        inputs=(unit_source(unit), *tools),
        commands=(
            (
                "/src/configure",
                f"--target={arch.target}",
                "--prefix=/usr",
                "--syslibdir=/lib",
                "--enable-wrapper=no",
            ),
            ("make",),
            ("make", "DESTDIR=/out", "install"),
            # musl's own link is absolute, and would lead out of a sysroot.
            ("ln", "-sfn", "../usr/lib/libc.so", f"/out{arch.interpreter}"),
            (f"{arch.target}-strip", "--strip-unneeded", "/out/usr/lib/libc.so"),
        ),
        env=environment(
            {
                "CC": f"{arch.target}-gcc",
                "AR": f"{arch.target}-ar",
                "RANLIB": f"{arch.target}-ranlib",
                "CFLAGS": "-O2 -ffile-prefix-map=/build=. -ffile-prefix-map=/src=.",
                "LDFLAGS": "-Wl,-z,relro,-z,now -Wl,--hash-style=gnu -Wl,--build-id=none",
            }
        ),
    )


def plan_libstdcxx(arch: Arch, catalog: Catalog, inputs: tuple[AnyInput, ...], folder: str) -> Step:
    """The step that builds libstdc++; `inputs` are the finished compiler, the libc, and the kernel's headers."""
    unit = catalog.packages["gcc"]
    flags = "-O2 -g0 -ffile-prefix-map=/build=. -ffile-prefix-map=/src=."
    tuple_gcc = f"{arch.target}-gcc"
    return Step(
        title=f"libstdc++ {unit.value.version}",
        output=Output(f"{folder}/libstdcxx.tar.zst"),
        inputs=(unit_source(unit), *inputs),
        commands=(
            # Inside GCC's own build tree, libgcc leaves this header for libstdc++.
            ("mkdir", "/build/gthr"),
            ("ln", "-s", "/src/libgcc/gthr-posix.h", "/build/gthr/gthr-default.h"),
            (
                "/src/libstdc++-v3/configure",
                f"--build={BUILD_TRIPLET}",
                f"--host={arch.target}",
                "--prefix=/usr",
                *("--disable-multilib", "--disable-nls", "--disable-libstdcxx-pch", "--disable-cet"),
                *("--enable-shared", "--enable-static"),
                f"--with-gxx-include-dir=/usr/include/c++/{unit.value.version}",
                *NO_MAINTENANCE,
            ),
            ("make", "MAKEINFO=true"),
            ("make", "MAKEINFO=true", "DESTDIR=/out", "install"),
            # If GCC knows several word sizes for the target, it installs into lib64 and the like; musl searches only
            # lib.
            ("mkdir", "-p", "/out/usr/lib"),
            (
                *("find", "/out/usr", "!", "-type", "d", "-name", "lib*++*", "!", "-path", "/out/usr/lib/*"),
                *("-exec", "mv", "-t", "/out/usr/lib", "{}", "+"),
            ),
            # C++ programs also need libgcc_s at run time, so it goes here too; GCC has it in lib or in lib64.
            (
                *("find", TOOLCHAIN, "-name", "libgcc_s.so.1"),
                *("-exec", "cp", "{}", "/out/usr/lib", ";"),
            ),
            ("find", "/out/usr", "-name", "*-gdb.py", "-delete"),
            ("find", "/out/usr/lib", "-name", "*.so*", "-type", "f", "-exec", f"{arch.target}-strip", "-g", "{}", "+"),
            ("find", "/out/usr", "-type", "d", "-empty", "-delete"),
        ),
        env=environment(
            {
                "CC": tuple_gcc,
                "CXX": f"{tuple_gcc} -shared-libgcc -nostdinc++",
                "CPPFLAGS": "-I/build/gthr",
                "CFLAGS": flags,
                "CXXFLAGS": flags,
                "LDFLAGS": LDFLAGS,
            }
        ),
        drop=("usr/share", "usr/lib/*.la"),
    )
