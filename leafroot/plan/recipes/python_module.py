# SPDX-License-Identifier: Apache-2.0
"""PythonModule: a module for the target's Python, built as PEP 517 says and installed from its wheel.

The Python in the build root runs the build. It has the same version as the target's, whose data about itself
(`_sysconfigdata`) tells setuptools how extensions in C are compiled and what they are called. The variables are those
of CPython's own cross builds (Lib/sysconfig, configure.ac).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leafroot.describe.fields import freeze
from leafroot.plan.recipes.protocol import COPY_SOURCE, Builder, Site, Work
from leafroot.plan.toolchain.compiler import SYSROOT

VERSION = "3.13"
"""Python's version in the build root `python`, and therefore of the package `python`."""

# Byte code is made with a checksum of its source and not with its time, since SOURCE_DATE_EPOCH is set (py_compile).
_INSTALL = f"exec python{VERSION} -m installer --destdir=/out --prefix=/usr --executable=/usr/bin/python3"


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

    def plan(self, site: Site) -> Work:
        arch = site.compiler.arch
        assert arch is not None, site.unit.name
        library = f"{SYSROOT}/usr/lib/python{VERSION}"
        settings = (f"--config-setting={word}" for word in (*self.settings, *site.words))
        python = f"python{VERSION}"
        return Work(
            commands=(
                *COPY_SOURCE,
                (python, "-m", "build", "--wheel", "--no-isolation", "--outdir", "/build/wheels", *settings, "/build"),
                ("sh", "-c", f"{_INSTALL} /build/wheels/*.whl"),
            ),
            env=site.compiler.env(
                {
                    "_PYTHON_HOST_PLATFORM": f"linux-{arch.name}",
                    "_PYTHON_SYSCONFIGDATA_NAME": f"_sysconfigdata__linux_{arch.name}-linux-musl",
                    # The programs of the build root are where Debian's own Python would look for them.
                    "PYTHONPATH": f"{library}:/usr/lib/python3/dist-packages",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "PYTHONNOUSERSITE": "1",
                    **self.env,
                }
            ),
        )
