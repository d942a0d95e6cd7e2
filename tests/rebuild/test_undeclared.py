# SPDX-License-Identifier: Apache-2.0
"""A package that uses what it does not declare never builds, also where its neighbour was built before it.

Real packages, from which a dependency is taken away, or which are made to include a header of another's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from changes import append, replace
from workbench import TARGETS, Workbench

INCLUDES = """\
SPDX-License-Identifier: GPL-2.0-or-later

A header of libcap's, for a test.

--- a/catatonit.c
+++ b/catatonit.c
@@ -94,3 +94,4 @@
+#include <sys/capability.h>
 static void usage(void)
 {
 \tfprintf(stderr, "usage: %s [-ghLPV] [--] <progname> [<arguments>...]\\n", PROGRAM_NAME);
"""
CRUN = 'depends=["argp", "libcap", "libseccomp"]'
# The package, what is changed in it, whose it is that it then misses, and what the message says of that.
CASES = [
    ("catatonit", append("package/catatonit/patches/0002-x.patch", INCLUDES), "libcap", "usr/include/sys/capability.h"),
    (
        "bubblewrap",
        replace("package/bubblewrap/package.py", 'depends=["libcap"]', "depends=[]"),
        "libcap",
        "usr/lib/pkgconfig/libcap.pc",
    ),
]
SLOW = [
    ("crun", CRUN.replace('"argp", ', ""), "argp", "argp_parse(), in usr/lib/libargp.a,"),
    ("crun", CRUN.replace('"libcap", ', ""), "libcap", "usr/include/sys/capability.h"),
    ("crun", CRUN.replace(', "libseccomp"', ""), "libseccomp", "usr/include/seccomp.h"),
]
CASES += [(name, replace(f"package/{name}/package.py", CRUN, words), *told) for name, words, *told in SLOW]


def target(name: str) -> str:
    return f"{TARGETS['debian']}/{name}.tar.zst"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    made = Workbench(tmp_path_factory.mktemp("undeclared"))
    packages = "".join(f"CONFIG_PACKAGE_{name}=y\n" for name in ("CATATONIT", "BUBBLEWRAP", "CRUN"))
    (made.tree / "rebuild.config").write_text(packages)
    (made.pristine / "rebuild.config").write_text(packages)
    # The neighbours are there, so that a sandbox that shows too much would show them.
    made.run(made.output, None, targets=tuple(map(target, ("libcap", "libseccomp", "argp"))))
    return made


@pytest.mark.parametrize(
    ("package", "change", "owner", "what"),
    [pytest.param(*case, marks=[pytest.mark.slow] if case[0] == "crun" else []) for case in CASES],
    ids=[f"{package} without {owner}" for package, _, owner, _ in CASES],
)
def test_an_undeclared_dependency_fails_and_its_package_is_named(
    bench: Workbench, package: str, change: Callable[[Path], None], owner: str, what: str
) -> None:
    change(bench.tree)
    try:
        done = bench.run(bench.output, None, targets=(target(package),), status=2)
    finally:
        bench.restore()
    assert f"{what} belongs to the package {owner!r}, which is not among its depends=[...]." in done.printed
    assert not (bench.output / target(package)).exists()


def test_the_package_builds_once_the_dependency_is_declared(bench: Workbench) -> None:
    """It was the sandbox that held it, and nothing else."""
    append("package/catatonit/patches/0002-x.patch", INCLUDES)(bench.tree)
    replace("package/catatonit/package.py", "    build=Make()", '    depends=["libcap"],\n    build=Make()')(bench.tree)
    try:
        bench.run(bench.output, None, targets=(target("catatonit"),))
    finally:
        bench.restore()
