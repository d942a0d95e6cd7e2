# SPDX-License-Identifier: Apache-2.0
"""CMake: a build out of tree, with the target's machine in a toolchain file.

"Cross Compiling for Linux" in cmake-toolchains(7) describes that file. Compiler flags come from the environment
(cmake-env-variables(7)). The makefiles that CMake generates share the job server's slots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.arch import Arch
from leafroot.describe.fields import freeze
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.plan.recipes.protocol import Builder, Site, Work, check_plain_path
from leafroot.plan.toolchain.compiler import SYSROOT, TOOLCHAIN
from leafroot.step import Text

_MACHINE = "/cmake/toolchain.cmake"

# For every package: libraries are shared, no flags but the toolchain's, nothing is downloaded or found in a registry of
# the building person, and no path of the build stays in a program.
_USUAL = (
    *("-DCMAKE_BUILD_TYPE=None", "-DBUILD_SHARED_LIBS=ON", "-DBUILD_TESTING=OFF", "-DCMAKE_INSTALL_LIBDIR:STRING=lib"),
    *("-DCMAKE_SKIP_RPATH=ON", "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF", "-DCMAKE_EXPORT_NO_PACKAGE_REGISTRY=ON"),
    *("-DFETCHCONTENT_FULLY_DISCONNECTED=ON", "-DCMAKE_INSTALL_MESSAGE=NEVER"),
)


@dataclass(frozen=True)
class CMake(Builder):
    """`cmake`, `make`, `make install`, out of tree; `options` follow the standard arguments of cmake.

    `env` overrides and adds to the toolchain's variables. `folder` is the folder of the source that has CMakeLists.txt.
    Words of the package's options are the last arguments of cmake.
    """

    options: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    serves_host = True

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def roots(self) -> tuple[str, ...]:
        """CMake itself."""
        return ("cmake",)

    def check(self, unit: Unit[Package]) -> None:
        if self.folder:
            check_plain_path(unit, self.folder, "the source")

    def plan(self, site: Site) -> Work:
        prefix, arch = site.compiler.install_prefix, site.compiler.arch
        places = {"SYSCONFDIR": "/etc", "LOCALSTATEDIR": "/var", "RUNSTATEDIR": "/run"} if prefix == "/usr" else {}
        machine = (f"-DCMAKE_TOOLCHAIN_FILE={_MACHINE}",) if arch else ()
        folders = (f"-DCMAKE_INSTALL_{name}={path}" for name, path in {"PREFIX": prefix, **places}.items())
        words = (*machine, *folders, *_USUAL, *self.options, *site.words)
        return Work(
            commands=(
                ("cmake", "-G", "Unix Makefiles", "-S", f"/src/{self.folder}".rstrip("/"), "-B", "/build", *words),
                ("make",),
                ("make", "install", "DESTDIR=/out"),
            ),
            env=site.compiler.env({"CMAKE_POLICY_VERSION_MINIMUM": "3.5", "PKG_CONFIG": "pkg-config", **self.env}),
            inputs=(Text(_MACHINE, _toolchain_file(arch, site)),) if arch else (),
        )


def _toolchain_file(arch: Arch, site: Site) -> str:
    """CMake's file about the machine that the programs are for, and its tools.

    Libraries, headers and packages are searched for in the sysroot, programs on the build machine.
    """
    prefix = f"{TOOLCHAIN}/bin/{site.compiler.prefix}"
    compilers = {"C": "gcc", "CXX": "g++", "ASM": "gcc"}
    tools = ("ar", "nm", "objcopy", "ranlib", "strip")
    where = {"PROGRAM": "NEVER", "LIBRARY": "ONLY", "INCLUDE": "ONLY", "PACKAGE": "ONLY"}
    settings = {
        "CMAKE_SYSTEM_NAME": "Linux",
        "CMAKE_SYSTEM_PROCESSOR": arch.name,
        **{f"CMAKE_{language}_COMPILER": f"{prefix}{name}" for language, name in compilers.items()},
        **{f"CMAKE_{tool.upper()}": f"{prefix}{tool}" for tool in tools},
        "CMAKE_FIND_ROOT_PATH": SYSROOT,
        **{f"CMAKE_FIND_ROOT_PATH_MODE_{what}": mode for what, mode in where.items()},
    }
    # Many projects ask for C++ and have none. Then there is no C++ library, and CMake's own test would fail.
    if "c++" not in site.unit.value.languages:
        settings["CMAKE_CXX_COMPILER_WORKS"] = "TRUE"
    return "".join(f"set({name} {value})\n" for name, value in settings.items())
