# SPDX-License-Identifier: Apache-2.0
"""An external toolchain: a GCC of this machine, adapted to the musl that Leafroot builds.

Nothing of the compiler's own C library is used: a specs file (see "Spec Files" in GCC's manual) redirects every search
for headers, start files and libraries to /sysroot. Only GCC's built-in headers, crtbegin/crtend and libgcc are used. It
is for C only, because the C++ library needs the compiler's own libc.
"""

from __future__ import annotations

import hashlib

from leafroot.describe.arch import Arch
from leafroot.kconfig.config import ExternalToolchain
from leafroot.plan.toolchain.compiler import TOOLCHAIN, Toolchain
from leafroot.plan.toolchain.libraries import plan_kernel_headers, plan_musl
from leafroot.step import AnyInput, HostFolder, Output, Step, Text, Union
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

_SPECS = """\
# All searching, the linker's and the binutils' too, happens below the sysroot.
*self_spec:
--sysroot=/sysroot

# No folder of the compiler's own C library; ours come last, after what a package gives with -I.
%rename cc1 plain_cc1

*cc1:
%(plain_cc1) %{{!nostdinc:-nostdinc -idirafter /sysroot/usr/include -idirafter include%s}}

# The linker looks where it is told to and nowhere else, also for the libraries that libraries need.
%rename link plain_link

*link:
%(plain_link) -nostdlib -rpath-link /sysroot/usr/lib:/sysroot/lib \
%{{!shared:%{{!static:%{{!static-pie:%{{!r:-dynamic-linker {interpreter}}}}}}}}}

# In place of the -L of each of the compiler's own folders, which lead to its libc and to libgcc_s.
*link_libgcc:
-L/sysroot/usr/lib -L/sysroot/lib

# Always the static libgcc: the shared one needs the compiler's own libc.
*libgcc:
libgcc.a%s libgcc_eh.a%s

*lib:
-lc

*startfile:
%{{!shared:%{{static:/sysroot/usr/lib/crt1.o;static-pie:/sysroot/usr/lib/rcrt1.o;\
no-pie:/sysroot/usr/lib/crt1.o;:/sysroot/usr/lib/Scrt1.o}}}} /sysroot/usr/lib/crti.o \
%{{static:crtbeginT.o%s;shared|static-pie|!no-pie:crtbeginS.o%s;:crtbegin.o%s}}

*endfile:
%{{static:crtend.o%s;shared|static-pie|!no-pie:crtendS.o%s;:crtend.o%s}} /sysroot/usr/lib/crtn.o

"""


def plan_external(external: ExternalToolchain, identity: str, arch: Arch, catalog: Catalog) -> Toolchain:
    """The toolchain made from `external`; `identity` stands for the compiler's version and bytes."""
    words = f"{external.prefix}/{external.tuple}"
    folder = f"{arch.target}-external-{hashlib.sha256(words.encode()).hexdigest()[:6]}"
    adapter = _plan_adapter(external, identity, arch, folder)
    tools: tuple[AnyInput, ...] = (Union(TOOLCHAIN, (adapter.output,)), *_host(external, identity))
    headers = plan_kernel_headers(arch, catalog, folder)
    musl = plan_musl(arch, catalog, tools, folder)
    return Toolchain(
        label=f"{external.prefix}/bin/{external.tuple}-gcc ({identity.partition(',')[0]}), musl",
        arch=arch,
        inputs=tools,
        sysroot=(musl.output, headers.output),
        libc=musl.output,
        libstdcxx=None,
        languages=frozenset({"c"}),
        folder=folder,
        steps=(adapter, headers, musl),
    )


def _host(external: ExternalToolchain, identity: str) -> tuple[AnyInput, ...]:
    """The compiler's folder; /usr is in every sandbox anyway, but the compiler in it must count for the step."""
    return (HostFolder(_seen(external), external.prefix, identity),)


def _seen(external: ExternalToolchain) -> str:
    return "/usr" if external.prefix == "/usr" else "/external"


def _plan_adapter(external: ExternalToolchain, identity: str, arch: Arch, folder: str) -> Step:
    """The step that gives the external tools our own names, and adds the specs that keep their libc out."""
    real = f"{_seen(external)}/bin/{external.tuple}"
    wrapper = f'#!/bin/sh\nexec {real}-gcc -specs=/toolchain/musl.specs "$@"\n'
    links = tuple(("ln", "-s", f"{real}-{tool}", f"/out/bin/{arch.target}-{tool}") for tool in _TOOLS)
    return Step(
        title=f"external toolchain {external.tuple}",
        output=Output(f"{folder}/toolchain-external.tar.zst"),
        inputs=(
            Text("/files/gcc", wrapper),
            Text("/files/musl.specs", _SPECS.format(interpreter=arch.interpreter)),
            *_host(external, identity),
        ),
        commands=(
            ("install", "-D", "-m644", "/files/musl.specs", "/out/musl.specs"),
            ("install", "-D", "-m755", "/files/gcc", f"/out/bin/{arch.target}-gcc"),
            *links,
        ),
    )
