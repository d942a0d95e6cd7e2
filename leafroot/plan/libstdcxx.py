# SPDX-License-Identifier: Apache-2.0
"""libstdc++, configured by itself from GCC's source: it needs the real C library, which GCC is built before."""

from __future__ import annotations

from leafroot.config.catalog import Catalog
from leafroot.describe.arch import Arch
from leafroot.plan.step import Input, Step
from leafroot.plan.toolchain import LDFLAGS, NO_MAINTENANCE, TOOLCHAIN, environment, unit_source


def plan_libstdcxx(arch: Arch, catalog: Catalog, inputs: tuple[Input, ...]) -> Step:
    """The step that builds it; `inputs` are the finished compiler, and the libc's and the kernel's headers."""
    unit = catalog.packages["gcc"]
    flags = "-O2 -g0 -ffile-prefix-map=/build=. -ffile-prefix-map=/src=."
    tuple_gcc = f"{arch.target}-gcc"
    return Step(
        title=f"libstdc++ {unit.value.version}",
        output=f"{arch.target}/libstdcxx.tar.zst",
        inputs=(unit_source(unit), *inputs),
        commands=(
            # Inside GCC's own build tree, libgcc leaves this header for libstdc++.
            ("mkdir", "/build/gthr"),
            ("ln", "-s", "/src/libgcc/gthr-posix.h", "/build/gthr/gthr-default.h"),
            (
                "/src/libstdc++-v3/configure",
                "--build=x86_64-build-linux-gnu",
                f"--host={arch.target}",
                "--prefix=/usr",
                *("--disable-multilib", "--disable-nls", "--disable-libstdcxx-pch", "--disable-cet"),
                *("--enable-shared", "--enable-static"),
                f"--with-gxx-include-dir=/usr/include/c++/{unit.value.version}",
                *NO_MAINTENANCE,
            ),
            ("make", "MAKEINFO=true"),
            ("make", "MAKEINFO=true", "DESTDIR=/out", "install"),
            # Where GCC thinks of several word sizes, it installs into lib64 and the like; musl looks into lib alone.
            ("mkdir", "-p", "/out/usr/lib"),
            (
                *("find", "/out/usr", "!", "-type", "d", "-name", "lib*++*", "!", "-path", "/out/usr/lib/*"),
                *("-exec", "mv", "-t", "/out/usr/lib", "{}", "+"),
            ),
            # What C++ programs need at run time stands together; GCC has it in lib or in lib64.
            (
                *("find", f"{TOOLCHAIN}/{arch.target}", "-name", "libgcc_s.so.1"),
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
