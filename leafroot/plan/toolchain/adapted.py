# SPDX-License-Identifier: Apache-2.0
"""Compilers that were made for another C library, adapted to the musl that Leafroot builds.

One is Debian's own, from a build root; another may lie in a folder of this machine. Nothing of the compiler's own C
library is used: a specs file (see "Spec Files" in GCC's manual) redirects every search for headers, start files and
libraries to /sysroot. Only GCC's built-in headers, crtbegin/crtend and libgcc are used. For Debian's compiler,
libstdc++ is built from GCC's source of the same version. A compiler of this machine is for C only, since libstdc++
would have to match its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from leafroot.describe.arch import Arch
from leafroot.errors import LeafrootError
from leafroot.kconfig.config import ExternalToolchain
from leafroot.plan.build_machine import Machine
from leafroot.plan.toolchain.compiler import SYSROOT, TOOLCHAIN, Toolchain
from leafroot.plan.toolchain.libraries import plan_kernel_headers, plan_libstdcxx, plan_musl
from leafroot.step import AnyInput, HostFolder, Output, Step, Text, TreeFile, Union, Usr
from leafroot.units.catalog import Catalog

_TOOLS = (
    "addr2line",
    "ar",
    "as",
    "ld",
    "ld.bfd",
    "nm",
    "objcopy",
    "objdump",
    "ranlib",
    "readelf",
    "size",
    "strip",
)

_EXTERNAL = "/external"

_SPECS = """\
# All searching, the linker's and the binutils' too, happens below the sysroot.
*self_spec:
--sysroot=/sysroot

# No folder of the compiler's own C library; ours come last, after what a package gives with -I.
%rename cc1 plain_cc1

*cc1:
%(plain_cc1) %{{!nostdinc:-nostdinc -idirafter /sysroot/usr/include -idirafter include%s}}

# The C++ library's own headers come before those of C, which they include with #include_next.
%rename cc1plus plain_cc1plus

*cc1plus:
%(plain_cc1plus) %{{!nostdinc:%{{!nostdinc++:-isystem /sysroot/usr/include/c++/{version} \
-isystem /sysroot/usr/include/c++/{version}/{target} -isystem /sysroot/usr/include/c++/{version}/backward}}}}

# The linker looks where it is told to and nowhere else, also for the libraries that libraries need.
%rename link plain_link

*link:
%(plain_link) -nostdlib -rpath-link /sysroot/usr/lib:/sysroot/lib \
%{{!shared:%{{!static:%{{!static-pie:%{{!r:-dynamic-linker {interpreter}}}}}}}}}

# In place of the -L of each of the compiler's own folders, which lead to its libc and to libgcc_s.
*link_libgcc:
-L/toolchain/lib -L/sysroot/usr/lib -L/sysroot/lib

# Always the static libgcc: the shared one needs the compiler's own libc. By their names, not by their paths: libtool
# links libraries in C++ with what it finds of these words, and knows only names.
*libgcc:
-lgcc -lgcc_eh -lfindobject

*lib:
-lc

*startfile:
%{{!shared:%{{static:/sysroot/usr/lib/crt1.o;static-pie:/sysroot/usr/lib/rcrt1.o;\
no-pie:/sysroot/usr/lib/crt1.o;:/sysroot/usr/lib/Scrt1.o}}}} /sysroot/usr/lib/crti.o \
%{{static:crtbeginT.o%s;shared|static-pie|!no-pie:crtbeginS.o%s;:crtbegin.o%s}}

*endfile:
%{{static:crtend.o%s;shared|static-pie|!no-pie:crtendS.o%s;:crtend.o%s}} /sysroot/usr/lib/crtn.o

"""


@dataclass(frozen=True)
class _Found:
    """A compiler in a sandbox: its title, what the toolchain made from it is called, and that one's folder.

    `tools` is what the paths of its binutils begin with, `programs` are the paths of its gcc and g++. They are in the
    /usr of the build roots `roots`, or in `host`. `version` is that of the libstdc++ that is built for it, "" for none.
    """

    title: str
    label: str
    folder: str
    tools: str
    programs: Mapping[str, str]
    roots: tuple[str, ...] = ()
    host: tuple[HostFolder, ...] = ()
    version: str = ""


def plan_debian(machine: Machine, arch: Arch, catalog: Catalog) -> Toolchain:
    """The toolchain made from Debian's GCC for the target, which is in the build root `gcc-<architecture>`."""
    roots, gcc = (f"gcc-{arch.name}",), catalog.packages["gcc"].value.version
    tools, major = f"/usr/bin/{arch.debian_tuple}", gcc.partition(".")[0]
    version = machine.version_of(f"gcc-{major}-{arch.debian_tuple.replace('_', '-')}", *roots)
    if not version.startswith(f"{gcc}-"):
        raise LeafrootError(
            f"the build root has GCC {version}, but libstdc++ would be that of GCC {gcc}",
            f"buildroots/{roots[0]}",
            "Both must be of one version: change package/gcc, or run 'scons lock'.",
        )
    found = _Found(
        title=f"Debian's GCC for {arch.name}",
        label=f"Debian's GCC {version}, musl",
        folder=f"{arch.target}-debian",
        tools=tools,
        programs={"gcc": f"{tools}-gcc-{major}", "g++": f"{tools}-g++-{major}"},
        roots=roots,
        version=gcc,
    )
    return _plan_adapted(found, machine, arch, catalog)


def plan_external(external: ExternalToolchain, machine: Machine, arch: Arch, catalog: Catalog) -> Toolchain:
    """The toolchain made from a compiler of this machine; `machine.compiler` stands for its version and bytes."""
    words = f"{external.prefix}/{external.tuple}"
    tools = f"{_EXTERNAL}/bin/{external.tuple}"
    found = _Found(
        title=f"external toolchain {external.tuple}",
        label=f"{external.prefix}/bin/{external.tuple}-gcc ({machine.compiler.partition(',')[0]}), musl",
        folder=f"{arch.target}-external-{hashlib.sha256(words.encode()).hexdigest()[:6]}",
        tools=tools,
        programs={"gcc": f"{tools}-gcc"},
        host=(HostFolder(_EXTERNAL, external.prefix, machine.compiler),),
    )
    return _plan_adapted(found, machine, arch, catalog)


def _plan_adapted(found: _Found, machine: Machine, arch: Arch, catalog: Catalog) -> Toolchain:
    """The toolchain made from a compiler: an adapter, the kernel's headers, musl, and libstdc++ if that is built."""
    usr, folder = machine.usr(*found.roots), found.folder
    adapter = _plan_adapter(found, usr, arch)
    programs: tuple[AnyInput, ...] = (Union(TOOLCHAIN, (adapter.output,)), *found.host)
    headers = plan_kernel_headers(arch, catalog, machine.usr(), folder)
    musl = plan_musl(arch, catalog, (usr, *programs), folder)
    sysroot = (musl.output, headers.output)
    steps, libstdcxx = [adapter, headers, musl], None
    if found.version:
        made = plan_libstdcxx(arch, catalog, (usr, *programs, Union(SYSROOT, sysroot)), folder)
        steps, libstdcxx = [*steps, made], made.output
    return Toolchain(
        machine=machine,
        label=found.label,
        arch=arch,
        inputs=programs,
        sysroot=sysroot,
        libc=musl.output,
        libstdcxx=libstdcxx,
        languages=frozenset({"c", "c++"} if libstdcxx else {"c"}),
        folder=folder,
        steps=tuple(steps),
        roots=found.roots,
    )


def _plan_adapter(found: _Found, usr: Usr, arch: Arch) -> Step:
    """The step that gives the compiler's tools our own names, and adds the specs that keep its libc out."""
    specs = _SPECS.format(interpreter=arch.interpreter, target=arch.target, version=found.version)
    wrapper = '#!/bin/sh\nexec {} -specs=/toolchain/musl.specs "$@"\n'
    return Step(
        title=found.title,
        output=Output(f"{found.folder}/toolchain.tar.zst"),
        inputs=(
            usr,
            *found.host,
            *(Text(f"/files/{name}", wrapper.format(program)) for name, program in found.programs.items()),
            Text("/files/musl.specs", specs),
            TreeFile("/files/find-object.c", "leafroot/tools/find-object/find-object.c"),
        ),
        commands=(
            ("install", "-D", "-m644", "/files/musl.specs", "/out/musl.specs"),
            *(
                ("install", "-D", "-m755", f"/files/{name}", f"/out/bin/{arch.target}-{name}")
                for name in found.programs
            ),
            *(("ln", "-s", f"{found.tools}-{tool}", f"/out/bin/{arch.target}-{tool}") for tool in _TOOLS),
            (
                *(found.programs["gcc"], "-O2", "-fPIC", "-ffreestanding", "-Wall", "-Wextra"),
                *("-c", "/files/find-object.c", "-o", "/build/find-object.o"),
            ),
            ("mkdir", "/out/lib"),
            (f"{found.tools}-ar", "rcD", "/out/lib/libfindobject.a", "/build/find-object.o"),
            *(
                ("sh", "-c", f'ln -s "$({found.programs["gcc"]} -print-file-name={name})" /out/lib/{name}')
                for name in ("libgcc.a", "libgcc_eh.a")
            ),
        ),
    )
