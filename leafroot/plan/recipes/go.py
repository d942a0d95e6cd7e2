# SPDX-License-Identifier: Apache-2.0
"""Go: programs compiled for the board against modules from Debian packages, in one step and without a network.

Debian's packages of Go source code are below /usr/share/gocode. Go finds source there as it did before it had modules:
by import path, in the folders of GOPATH (GO111MODULE=off; see "GOPATH and Modules" in `go help gopath`). Debian itself
builds in this way (dh-golang). In a position-independent program, Go's own linker would name glibc's dynamic linker, so
the toolchain's linker is used (-linkmode=external), which names the board's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from leafroot.describe.arch import Arch
from leafroot.describe.archive import Archive, DebianPackage
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
from leafroot.step import AnyInput, Commands, Output, Sources, Step, TreeFile, Usr
from leafroot.units.lock import LOCK

MODULES = "/modules"
"""The folder with the packages of a lock file, merged."""
GOCODE = "usr/share/gocode"
"""The folder with Go source code in Debian packages."""

_TOOLS = "/go"
_WORK = "/build/go"
_IMPORTS = "/imports.sh"
_RESULT = "/out/imports"

Packages = Mapping[str, Unit[Package]]


@dataclass(frozen=True)
class Go(Builder):
    """Go programs, compiled for the board; the toolchain's compiler compiles their C parts.

    `paths` maps folders of the source to import paths; "" is the whole source. `programs` maps the import paths of main
    packages to the programs' paths in the root. `modules` are the Debian packages with imported code from elsewhere;
    "src:NAME" stands for everything that the source package NAME is built with. The lock file `go.lock` in the
    package's folder pins their files. `tags` are build tags; words of the package's options are added to them.
    `variables` maps string variables (import path and name) to their values, in which `{version}` stands for the
    package's version.
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
                    f"program {program!r} is not in any of the paths",
                    unit.at(program),
                    f"Its import path must begin with {' or '.join(self.paths.values())}.",
                )

    def plan(self, site: Site) -> Work:
        unit, arch = site.unit, site.compiler.arch
        tools = go_tools(site.parts, site.processor)
        if tools is None:
            raise LeafrootError(
                "it is written in Go, and there is no Go compiler for this machine",
                where=unit.path("package.py"),
                hint="package/go/package.py lists the processors that have one.",
            )
        if arch is None or not arch.go:
            name = arch.name if arch else "the building machine"
            raise LeafrootError(
                f"it is written in Go, which has no name for {name}",
                where=unit.path("package.py"),
                hint=f"If Go can compile for it, set go=... in leafroot/describe/arches/{name}.py.",
            )
        if self.modules and LOCK not in unit.files:
            raise LeafrootError(
                f"its modules are not pinned: there is no {LOCK}",
                where=unit.path("package.py"),
                hint=f"Make it with 'scons lock PACKAGE={unit.name}'.",
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
            inputs=(*tools.inputs(unit.locked), SLOT_INPUT),
        )

    def lay_out(self) -> Commands:
        """The commands that copy the package's own source to where Go finds it, so that there is only one copy."""
        places = [(f"/src/{folder}".rstrip("/"), f"{_WORK}/src/{path}") for folder, path in self.paths.items()]
        parents = sorted({place.rpartition("/")[0] for _, place in places})
        copies = tuple(("cp", "-r", "-T", source, place) for source, place in places)
        # Go prefers a vendor folder to GOPATH, but packages that the source itself contains must come from the source.
        own = list(self.paths.values())
        hidden = [f"{_WORK}/src/{path}/vendor/{other}" for path in own for other in own if other != path]
        drop = (("rm", "-rf", *hidden),) if hidden else ()
        return (("mkdir", "-p", "/build/tmp", *parents), *copies, *drop)


@dataclass(frozen=True)
class GoTools:
    """Go's compiler and standard library: their archives, and where they are in the sandbox."""

    archives: tuple[Archive, ...]
    root: str

    def inputs(self, modules: Iterable[DebianPackage]) -> tuple[AnyInput, ...]:
        """The inputs for Go itself and for modules."""
        members = tuple(module.archive for module in modules)
        return (Sources(_TOOLS, self.archives), *((Sources(MODULES, members),) if members else ()))

    def environment(self, arch: Arch) -> dict[str, str]:
        """The environment of go: the target, the folders of source, and nothing from outside."""
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


def go_tools(parts: Packages, processor: str) -> GoTools | None:
    """Go for this machine, if the catalog has it: the standard library, and the programs for this processor."""
    unit = parts.get("go")
    if unit is None or not isinstance(unit.value.build, ToolchainPart):
        return None
    library, programs = unit.value.source(), unit.value.build.hosts.get(processor)
    if library is None or programs is None:
        return None
    version = unit.value.version
    return GoTools((programs.at(version), library), f"{_TOOLS}/usr/lib/go-{'.'.join(version.split('.')[:2])}")


def find_go(packages: Packages, name: str, processor: str) -> tuple[Unit[Package], Go, GoTools]:
    """The package of this name, its recipe, and Go for this machine; LeafrootError if it is not built by Go()."""
    written_in_go = [unit.name for unit in packages.values() if isinstance(unit.value.build, Go)]
    unit = packages.get(name)
    if unit is None or not isinstance(unit.value.build, Go):
        raise LeafrootError(
            f"package {name!r} is not built by Go()" if name else "which package?",
            where=f"PACKAGE={name}",
            hint=nearest(name, written_in_go) or f"Available: {', '.join(sorted(written_in_go)) or 'none'}.",
        )
    if not unit.value.build.modules:
        raise LeafrootError("it has no modules to pin", unit.path("package.py"), "List them in Go(modules=...).")
    tools = go_tools(packages, processor)
    if tools is None:
        raise LeafrootError(f"there is no Go compiler for {processor}", "package/go/package.py")
    return unit, unit.value.build, tools


def plan_imports(
    unit: Unit[Package],
    recipe: Go,
    modules: Iterable[DebianPackage],
    tools: GoTools,
    usr: Usr,
    arches: Iterable[Arch],
) -> Step:
    """A step whose output lists the folders of all source that the programs contain, on any of `arches`.

    `modules` are the candidates.
    """
    candidate = replace(unit, locked=tuple(modules))
    known = [arch for arch in arches if arch.go]
    variables = {**tools.environment(known[0]), "GO": f"{tools.root}/bin/go", "TAGS": ",".join(recipe.tags)}
    ask = ("sh", _IMPORTS, _RESULT, *recipe.programs)
    return Step(
        title=f"imports of {unit.name}",
        output=Output(f"lock/{unit.name}.imports"),
        inputs=(
            usr,
            *unit_sources(unit),
            *tools.inputs(candidate.locked),
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
