# SPDX-License-Identifier: Apache-2.0
"""PythonModule: a module for the target's Python, built as PEP 517 says and installed from its wheel.

The Python of the build root runs the build. It has the version of the target's, whose data about itself
(`_sysconfigdata`) tells setuptools how extensions in C are compiled and what they are called. The variables are those
of CPython's own cross builds (Lib/sysconfig/__init__.py, configure.ac).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.fields import freeze
from leafroot.describe.option import edge
from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.errors import LeafrootError
from leafroot.plan.recipes.protocol import COPY_SOURCE, Builder, Site, Work
from leafroot.plan.toolchain.compiler import SYSROOT
from leafroot.step import Text

VERSION = "3.13"
"""The version of Python in the build root `python`, and therefore of the package `python`."""

_PYTHON = f"python{VERSION}"
# The target's data about itself, under a name without architecture and C library.
_DATA, _MODULE = "/build/.target", "_sysconfigdata_target"
_BUILD = (_PYTHON, "-m", "build", "--wheel", "--no-isolation", "--outdir", "/build/.wheels")
_INSTALL = "/install-wheel.py"
# Installs a wheel into the folders of a Python with the prefix /usr: install-wheel.py DESTDIR WHEEL. Debian's Python,
# which runs it, would take other folders. Byte code is made with a checksum of its source and not with its time,
# because SOURCE_DATE_EPOCH is set (py_compile).
_INSTALLER = """\
import sys
import sysconfig

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

destdir, wheel = sys.argv[1:]
places = sysconfig.get_paths("posix_prefix", {"base": "/usr", "platbase": "/usr", "installed_base": "/usr"})
with WheelFile.open(wheel) as source:
    places["headers"] = f"{places['include']}/{source.distribution}"
    destination = SchemeDictionaryDestination(
        places, interpreter="/usr/bin/python3", script_kind="posix", bytecode_optimization_levels=[0], destdir=destdir
    )
    install(source, destination, additional_metadata={})
"""


@dataclass(frozen=True)
class PythonModule(Builder):
    """A Python module from its source. Words of the package's options, and `settings`, are settings of its backend.

    `env` overrides and adds to the toolchain's variables.
    """

    settings: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def roots(self) -> tuple[str, ...]:
        """The programs that build and install wheels."""
        return ("python",)

    def check(self, unit: Unit[Package]) -> None:
        if "python" not in (edge(one).name for one in unit.value.depends):
            raise LeafrootError(
                "a Python module is built against the target's Python, which is not in its 'depends'",
                unit.at("build"),
                'Add depends=["python"].',
            )

    def plan(self, site: Site) -> Work:
        arch = site.compiler.arch
        assert arch is not None, site.unit.name
        library = f"{SYSROOT}/usr/lib/{_PYTHON}"
        settings = (f"--config-setting={word}" for word in (*self.settings, *site.words))
        base = dict(site.compiler.env())
        return Work(
            commands=(
                *COPY_SOURCE,
                ("mkdir", _DATA),
                ("sh", "-c", f"cp {library}/_sysconfigdata_*.py {_DATA}/{_MODULE}.py"),
                (*_BUILD, *settings, "/build"),
                ("sh", "-c", f"exec {_PYTHON} {_INSTALL} /out /build/.wheels/*.whl"),
            ),
            env=site.compiler.env(
                {
                    "_PYTHON_HOST_PLATFORM": f"linux-{arch.name}",
                    "_PYTHON_SYSCONFIGDATA_NAME": _MODULE,
                    # The headers of the target's Python: the build root's Python would name its own folder.
                    "CFLAGS": f"{base['CFLAGS']} -I{SYSROOT}/usr/include/{_PYTHON}",
                    "PYTHONPATH": f"{_DATA}:/usr/lib/python3/dist-packages",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "PYTHONNOUSERSITE": "1",
                    **self.env,
                }
            ),
            inputs=(Text(_INSTALL, _INSTALLER),),
        )
