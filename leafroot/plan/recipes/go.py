# SPDX-License-Identifier: Apache-2.0
"""Go: programs compiled for the board against modules from Debian packages, in one step and without a network.

Debian's packages of Go source code lie below /usr/share/gocode, the way that Go looked for source before it knew
modules: by import path, in the folders of GOPATH (GO111MODULE=off; see "GOPATH and Modules" in `go help gopath`).
That is how Debian itself builds (dh-golang). Go's own linker would name glibc's dynamic linker in a program that is
position-independent, so the linking is left to the toolchain's (-linkmode=external), which knows the board's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from leafroot.describe.arch import Arch
from leafroot.describe.archive import Archive, Module
from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError, nearest
from leafroot.plan.recipes.protocol import (
    COMPILERS,
    SLOT,
    SLOT_COMMAND,
    SLOT_INPUT,
    Builder,
    Site,
    Work,
    check_plain_path,
    unit_sources,
)
from leafroot.plan.recipes.toolchain_part import ToolchainPart
from leafroot.plan.toolchain.compiler import CFLAGS, LDFLAGS, environment
from leafroot.step import AnyInput, Commands, Output, Sources, Step, TreeFile
from leafroot.units.lock import LOCK

MODULES = "/modules"
"""Where the packages of a lock file are, united."""
GOCODE = "usr/share/gocode"
"""Where Debian packages have source code in Go."""

_TOOLS = "/go"
_WORK = "/build/go"
_IMPORTS = "/imports.sh"
_RESULT = "/out/imports"

Packages = Mapping[str, Unit[Package]]


@dataclass(frozen=True)
class Go(Builder):
    """Go programs, compiled for the board, with their C parts by the toolchain's compiler.

    `paths` say what the source's folders are called in imports: folder and import path, "" for the whole source.
    `programs` are main packages by import path, each with the program's path in the root. `modules` name the Debian
    packages that bring what is imported from elsewhere, "src:NAME" for all that the source package NAME is built with;
    which files these are stands in the lock file `go.lock` in the package's folder. `tags` are build tags, to which
    words of the package's options add; `variables` are string variables (import path and name) and their values, in
    which `{version}` stands for the package's.
    """

    paths: Mapping[str, str]
    programs: Mapping[str, str]
    modules: Sequence[str] = ()
    tags: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    parts = ("go",)

    def __post_init__(self) -> None:
        freeze(self)

    def check(self, unit: Unit[Package]) -> None:
        for name in ("paths", "programs"):
            if not getattr(self, name):
                raise LeafrootError(
                    f"Go has no {name!r}",
                    unit.at("package"),
                    'For example: Go(paths={"": "example.org/x"}, programs={"example.org/x/cmd/x": "usr/bin/x"})',
                )
        for folder in filter(None, self.paths):
            check_plain_path(unit, folder, "the source")
        for program, place in self.programs.items():
            check_plain_path(unit, place, "the root")
            if not any(f"{program}/".startswith(f"{path}/") for path in self.paths.values()):
                raise LeafrootError(
                    f"program {program!r} is in none of the paths",
                    unit.at(program),
                    f"An import path begins as the source's own: {' or '.join(self.paths.values())}.",
                )

    def plan(self, site: Site) -> Work:
        unit, arch = site.unit, site.compiler.arch
        tools = go_tools(site.parts, site.platform)
        if tools is None:
            raise LeafrootError(
                "it is written in Go, and there is no Go compiler for this machine",
                where=unit.path("package.py"),
                hint="package/go/package.py says for which processors there is one.",
            )
        if arch is None or not arch.go:
            name = arch.name if arch else "the building machine"
            raise LeafrootError(
                f"it is written in Go, which has no name for {name}",
                where=unit.path("package.py"),
                hint=f"If Go compiles for it, say go=... in leafroot/describe/arches/{name}.py.",
            )
        if self.modules and LOCK not in unit.files:
            raise LeafrootError(
                f"its modules are not pinned: there is no {LOCK}",
                where=unit.path("package.py"),
                hint=f"'scons go-lock PACKAGE={unit.name}' makes it.",
            )
        tags = ",".join((*self.tags, *site.words))
        flags = f"-trimpath -buildmode=pie -p={COMPILERS} -toolexec={SLOT} -tags={tags}"
        variables = " ".join(
            f"-X {name}={value.replace('{version}', unit.value.version)}" for name, value in self.variables.items()
        )
        link = f"-s -w -buildid= -linkmode=external -extldflags '{LDFLAGS}' {variables}".rstrip()
        build = (f"{tools.root}/bin/go", "build", *flags.split(), f"-ldflags={link}")
        return Work(
            commands=(
                SLOT_COMMAND,
                *self.lay_out(),
                *((*build, "-o", f"/out/{place}", package) for package, place in self.programs.items()),
            ),
            env=site.compiler.env(tools.environment(arch)),
            inputs=(*tools.inputs(unit.modules), SLOT_INPUT),
        )

    def lay_out(self) -> Commands:
        """The commands that put the package's own source where Go looks for it, and the one copy of it."""
        places = [(f"/src/{folder}".rstrip("/"), f"{_WORK}/src/{path}") for folder, path in self.paths.items()]
        parents = sorted({place.rpartition("/")[0] for _, place in places})
        copies = tuple(("cp", "-r", "-T", source, place) for source, place in places)
        # A vendor folder comes before GOPATH; what the source has itself is meant to be taken from there.
        own = list(self.paths.values())
        hidden = [f"{_WORK}/src/{path}/vendor/{other}" for path in own for other in own if other != path]
        drop = (("rm", "-rf", *hidden),) if hidden else ()
        return (("mkdir", "-p", "/build/tmp", *parents), *copies, *drop)


@dataclass(frozen=True)
class GoTools:
    """Go's compiler and standard library: the archives that make them up, and where they then are."""

    archives: tuple[Archive, ...]
    root: str

    def inputs(self, modules: Iterable[Module]) -> tuple[AnyInput, ...]:
        """Go itself, and modules."""
        members = tuple(module.archive for module in modules)
        return (Sources(_TOOLS, self.archives), *((Sources(MODULES, members),) if members else ()))

    def environment(self, arch: Arch) -> dict[str, str]:
        """The variables that go runs with: the target, where source is, and nothing from elsewhere."""
        return {
            "GOROOT": self.root,
            "GOPATH": f"{_WORK}:{MODULES}/{GOCODE}",
            "GOCACHE": "/build/cache",
            "GOTMPDIR": "/build/tmp",
            "GO111MODULE": "off",
            "GOENV": "off",
            "GOPROXY": "off",
            "GOTOOLCHAIN": "local",
            "GOMAXPROCS": "1",
            "GOOS": "linux",
            **arch.go,
            "CGO_ENABLED": "1",
            "CGO_CFLAGS": CFLAGS,
            "CGO_LDFLAGS": LDFLAGS,
        }


def go_tools(parts: Packages, platform: str) -> GoTools | None:
    """Go for this machine, if the catalog has it: the standard library, and the programs of this processor."""
    unit = parts.get("go")
    if unit is None or not isinstance(unit.value.build, ToolchainPart):
        return None
    library, programs = unit.value.source(), unit.value.build.hosts.get(platform.split("-")[0])
    if library is None or programs is None:
        return None
    version = unit.value.version
    return GoTools((programs.at(version), library), f"{_TOOLS}/usr/lib/go-{'.'.join(version.split('.')[:2])}")


def find_go(packages: Packages, name: str, platform: str) -> tuple[Unit[Package], Go, GoTools]:
    """The package of this name, its recipe, and Go for this machine; LeafrootError if it is not written in Go."""
    written_in_go = [unit.name for unit in packages.values() if isinstance(unit.value.build, Go)]
    unit = packages.get(name)
    if unit is None or not isinstance(unit.value.build, Go):
        raise LeafrootError(
            f"package {name!r} is not built by Go()" if name else "which package?",
            where=f"PACKAGE={name}",
            hint=nearest(name, written_in_go) or f"Available: {', '.join(sorted(written_in_go)) or 'none'}.",
        )
    if not unit.value.build.modules:
        raise LeafrootError("it names no modules to pin", unit.path("package.py"), "Name them in Go(modules=...).")
    tools = go_tools(packages, platform)
    if tools is None:
        raise LeafrootError(f"there is no Go compiler for {platform}", "package/go/package.py")
    return unit, unit.value.build, tools


def plan_imports(
    unit: Unit[Package], recipe: Go, modules: Iterable[Module], tools: GoTools, arches: Iterable[Arch]
) -> Step:
    """A step whose output lists the folders of all source that the programs are made of, on any of `arches`.

    `modules` are all that might be among them.
    """
    candidate = replace(unit, modules=tuple(modules))
    known = [arch for arch in arches if arch.go]
    variables = {**tools.environment(known[0]), "GO": f"{tools.root}/bin/go", "TAGS": ",".join(recipe.tags)}
    ask = ("sh", _IMPORTS, _RESULT, *recipe.programs)
    return Step(
        title=f"imports of {unit.name}",
        output=Output(f"go-lock/{unit.name}.imports"),
        inputs=(
            *unit_sources(unit),
            *tools.inputs(candidate.modules),
            TreeFile(_IMPORTS, "leafroot/tools/go-imports/imports.sh"),
        ),
        commands=(
            *recipe.lay_out(),
            *(("env", *(f"{name}={value}" for name, value in arch.go.items()), *ask) for arch in known),
        ),
        env=environment(variables),
        result=_RESULT,
        cached=False,
    )
