# SPDX-License-Identifier: Apache-2.0
"""The C library and the kernel's headers: what every program of a target is built against."""

from __future__ import annotations

from leafroot.config.catalog import Catalog
from leafroot.describe.arch import Arch
from leafroot.errors import LeafrootError
from leafroot.plan.step import Input, Source, Step
from leafroot.plan.toolchain import environment, unit_source

# Headers of the oldest series: programs built with them run on every series.
HEADERS_SERIES = "6.12"


def plan_kernel_headers(arch: Arch, catalog: Catalog) -> Step:
    """The step that exports the kernel's user-space headers."""
    series = catalog.series.get(HEADERS_SERIES)
    if series is None:
        raise LeafrootError(f"the series {HEADERS_SERIES} is gone, whose headers the toolchain needs", "linux/")
    return Step(
        title=f"kernel headers {series.value.version}",
        output=f"{arch.target}/linux-headers.tar.zst",
        inputs=(Source("/src", series.value.source()),),
        commands=(
            ("make", "-C", "/src", "O=/build", f"ARCH={arch.kernel_arch}", "headers"),
            ("find", "/build/usr/include", "-type", "f", "!", "-name", "*.h", "-delete"),
            ("install", "-d", "/out/usr"),
            ("cp", "-R", "/build/usr/include", "/out/usr/include"),
        ),
    )


def plan_musl_headers(arch: Arch, catalog: Catalog) -> Step:
    """The step that installs musl's headers alone, which need no compiler and which GCC is built with."""
    unit = catalog.packages["musl"]
    return Step(
        title=f"musl headers {unit.value.version}",
        output=f"{arch.target}/musl-headers.tar.zst",
        inputs=(unit_source(unit),),
        commands=(
            (
                *("make", "-f", "/src/Makefile", "srcdir=/src", f"ARCH={arch.musl_arch}", "prefix=/usr"),
                *("DESTDIR=/out", "install-headers"),
            ),
        ),
    )


def plan_musl(arch: Arch, catalog: Catalog, tools: tuple[Input, ...]) -> Step:
    """The step that builds musl with a compiler for `arch.target` that is in `tools`."""
    unit = catalog.packages["musl"]
    return Step(
        title=f"musl {unit.value.version}",
        output=f"{arch.target}/musl.tar.zst",
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
            # musl's own link is absolute, and would leave a sysroot.
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
