# SPDX-License-Identifier: Apache-2.0
"""Go programs: compiled for the board against modules from Debian packages, in one step and without a network.

Debian's packages of Go source code lie below /usr/share/gocode, the way that Go looked for source before it knew
modules: by import path, in the folders of GOPATH (GO111MODULE=off; see "GOPATH and Modules" in `go help gopath`).
That is how Debian itself builds (dh-golang). Go's own linker would name glibc's dynamic linker in a program that is
position-independent, so the linking is left to the toolchain's (-linkmode=external), which knows the board's.
"""

from __future__ import annotations

from leafroot.config.catalog import Catalog
from leafroot.config.lock import LOCK
from leafroot.describe.arch import Arch
from leafroot.describe.package import Package
from leafroot.describe.recipes import Go, ToolchainPart
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.job_slot import COMPILERS, SLOT, SLOT_COMMAND, SLOT_INPUT
from leafroot.plan.step import Input, Sources
from leafroot.plan.toolchain import CFLAGS, LDFLAGS, GoTools, Toolchain

MODULES = "/modules"
"""Where the packages of a lock file are, united."""
GOCODE = "usr/share/gocode"
"""Where Debian packages have source code in Go."""

_TOOLS = "/go"
_WORK = "/build/go"

Commands = tuple[tuple[str, ...], ...]


def go_tools(catalog: Catalog, platform: str) -> GoTools | None:
    """Go for this machine, if the catalog has it: the standard library, and the programs of this processor."""
    unit = catalog.packages.get("go")
    if unit is None or not isinstance(unit.value.build, ToolchainPart):
        return None
    library, programs = unit.value.source(), dict(unit.value.build.hosts).get(platform.split("-")[0])
    if library is None or programs is None:
        return None
    version = unit.value.version
    return GoTools((programs.at(version), library), f"{_TOOLS}/usr/lib/go-{'.'.join(version.split('.')[:2])}")


def plan_go(
    unit: Unit[Package], recipe: Go, toolchain: Toolchain
) -> tuple[Commands, tuple[Input, ...], dict[str, str]]:
    """The commands that build a package's programs, their inputs beside the source, and their environment."""
    tools = _tools(unit, toolchain)
    if recipe.modules and LOCK not in unit.files:
        raise LeafrootError(
            f"its modules are not pinned: there is no {LOCK}",
            where=unit.path("package.py"),
            hint=f"'scons go-lock PACKAGE={unit.name}' makes it.",
        )
    flags = f"-trimpath -buildmode=pie -p={COMPILERS} -toolexec={SLOT} -tags={','.join(recipe.tags)}"
    variables = " ".join(
        f"-X {name}={value.replace('{version}', unit.value.version)}" for name, value in recipe.variables
    )
    link = f"-s -w -buildid= -linkmode=external -extldflags '{LDFLAGS}' {variables}".rstrip()
    build = (f"{tools.root}/bin/go", "build", *flags.split(), f"-ldflags={link}")
    commands = (
        SLOT_COMMAND,
        *lay_out(recipe),
        *((*build, "-o", f"/out/{place}", package) for package, place in recipe.programs),
    )
    inputs = (*go_inputs(unit, tools), SLOT_INPUT)
    return commands, inputs, go_environment(tools, toolchain.arch)


def lay_out(recipe: Go) -> Commands:
    """The commands that put the package's own source where Go looks for it, and the one copy of it."""
    places = [(f"/src/{folder}".rstrip("/"), f"{_WORK}/src/{path}") for folder, path in recipe.paths]
    parents = sorted({place.rpartition("/")[0] for _, place in places})
    copies = tuple(("cp", "-r", "-T", source, place) for source, place in places)
    # A vendor folder comes before GOPATH; what the source has itself is meant to be taken from there.
    own = [path for _, path in recipe.paths]
    hidden = [f"{_WORK}/src/{path}/vendor/{other}" for path in own for other in own if other != path]
    drop = (("rm", "-rf", *hidden),) if hidden else ()
    return (("mkdir", "-p", "/build/tmp", *parents), *copies, *drop)


def go_inputs(unit: Unit[Package], tools: GoTools) -> tuple[Input, ...]:
    """Go itself, and the modules that the unit's lock file pins."""
    modules = tuple(module.archive for module in unit.modules)
    return (Sources(_TOOLS, tools.archives), *((Sources(MODULES, modules),) if modules else ()))


def go_environment(tools: GoTools, arch: Arch) -> dict[str, str]:
    """The variables that go runs with: the target, where source is, and nothing from elsewhere."""
    return {
        "GOROOT": tools.root,
        "GOPATH": f"{_WORK}:{MODULES}/{GOCODE}",
        "GOCACHE": "/build/cache",
        "GOTMPDIR": "/build/tmp",
        "GO111MODULE": "off",
        "GOENV": "off",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOMAXPROCS": "1",
        "GOOS": "linux",
        **dict(arch.go),
        "CGO_ENABLED": "1",
        "CGO_CFLAGS": CFLAGS,
        "CGO_LDFLAGS": LDFLAGS,
    }


def _tools(unit: Unit[Package], toolchain: Toolchain) -> GoTools:
    if toolchain.go is None:
        raise LeafrootError(
            "it is written in Go, and there is no Go compiler for this machine",
            where=unit.path("package.py"),
            hint="package/go/package.py says for which processors there is one.",
        )
    if not toolchain.arch.go:
        raise LeafrootError(
            f"it is written in Go, which has no name for {toolchain.arch.name}",
            where=unit.path("package.py"),
            hint=f"If Go compiles for it, say go=... in leafroot/describe/arches/{toolchain.arch.name}.py.",
        )
    return toolchain.go
