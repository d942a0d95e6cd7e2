# SPDX-License-Identifier: Apache-2.0
"""The test suites that come with packages' sources, run on what Leafroot builds: musl, compiler, flags, options.

Each runs in the sandbox of its package's own step, after the same commands up to the installation, on a build machine
of the target's architecture. The sandbox has the target's dynamic linker for that. `expected/NAME.txt` lists what does
not pass, with the reason.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from leafroot.build.executor import Local
from leafroot.host.jobserver import Slots
from leafroot.kconfig.config import configure
from leafroot.kconfig.resolve import Request
from leafroot.plan.board import plan_board
from leafroot.plan.build_machine import this_processor
from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.tree import File
from leafroot.step import Action, AnyInput, Output, Step, Text, Usr
from leafroot.units.catalog import load_catalog
from tests.boot.expected_results import differences, listed
from tests.performing import shared_store, this_machine
from tests.real_builds import scons

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).with_name("expected")
ARCH = "x86_64"
LOADER, LIBRARIES = f"usr/lib/ld-musl-{ARCH}.so.1", f"/etc/ld-musl-{ARCH}.path"
FOLDERS = f"/sysroot/lib:/sysroot/usr/lib:/toolchain/{ARCH}-leafroot-linux-musl/lib\n"

# "PASS: name" and the like, as Automake's and most other harnesses have it.
AUTOMAKE = r"^(?P<verdict>PASS|FAIL|SKIP|XFAIL|XPASS|ERROR): (?P<name>.*)$"
# "  3/64 Test  #3: name ....   Passed    0.01 sec"
CTEST = r"^ *\d+/\d+ Test +#\d+: (?P<name>\S+) [. ]*(?P<verdict>Passed|\*{3}\S+)"
VERDICTS = {
    "Passed": "PASS",
    "no errors": "PASS",
    "0 errors": "PASS",
    "1 errors": "FAIL",
    "ok": "PASS",
    "OK": "PASS",
    "***Failed": "FAIL",
    "failed": "FAIL",
    "not ok": "FAIL",
}


@dataclass(frozen=True)
class Suite:
    """The suite of a package: `script` is run in /build once the package is built, and prints the results.

    `result` is a regular expression for a line with a result, with the groups `verdict` and `name`. `least` results
    must have passed. `instead` are words of the package's commands and what stands in their place.
    """

    script: str
    least: int
    result: str = AUTOMAKE
    instead: Mapping[str, str] = field(default_factory=dict)


# No program has the path of a library in it (CMAKE_SKIP_RPATH).
CTEST_CALL = "LD_LIBRARY_PATH=/build ctest"
CHECK = "make -k check VERBOSE=1"
SUITES = {
    "xz": Suite(CHECK, 18),
    "pcre2": Suite(CHECK, 4),
    "jansson": Suite(CHECK, 1),
    "libxml2": Suite(
        "make -k check; ./testrecurse; ./testchar; ./testdict",
        1,
        result=r"^Total:? (?P<name>.*tests), (?P<verdict>no errors|\d+ errors)",
    ),
    # Its suite has programs in C++, and the package has none. Whether x86-ibt runs depends on the machine.
    "nettle": Suite(
        "make -C tools check; make -k -C testsuite check TS_CXX= CXX_SOURCES=; make -C examples check",
        122,
        result=AUTOMAKE.replace("(?P<name>", "(?P<name>(?!x86-ibt)"),
    ),
    "libpng": Suite(CHECK, 32, instead={"--disable-tests": "--enable-tests", "--disable-tools": "--enable-tools"}),
    "libsodium": Suite(CHECK, 77),
    "jq": Suite(CHECK, 6),
    "popt": Suite(CHECK, 1),
    "zlib": Suite("make test", 3, result=r"^\s*\*\*\* (?P<name>zlib .*test) (?P<verdict>OK|FAILED) \*\*\*"),
    "json-c": Suite(CTEST_CALL, 25, result=CTEST, instead={"-DBUILD_TESTING=OFF": "-DBUILD_TESTING=ON"}),
    "cjson": Suite(CTEST_CALL, 22, result=CTEST, instead={"-DENABLE_CJSON_TEST=OFF": "-DENABLE_CJSON_TEST=ON"}),
    "libarchive": Suite(CHECK, 570, result=r"^ *\d+: (?P<name>test_\w+) .*(?P<verdict>ok|FAIL\w*|skipped)"),
}


def suite_step(step: Step, suite: Suite) -> Step:
    """The step of a package as far as it builds, and its suite after that: it makes the suite's log."""
    changed = [tuple(suite.instead.get(word, word) for word in command) for command in step.commands]
    end = next(at for at, command in enumerate(changed) if any(word.startswith("install") for word in command))
    run = f'mkdir -p /out && {{ {suite.script}; }} >/out/log 2>&1; echo "status $?" >>/out/log'
    return replace(
        step,
        title=f"the suite of {step.title}",
        output=Output(f"suites/{step.name}.tar.zst"),
        inputs=(*(with_loader(item) for item in step.inputs), Text(LIBRARIES, FOLDERS)),
        commands=(*changed[:end], ("sh", "-c", run)),
        result="/out",
        drop=(),
    )


def with_loader(item: AnyInput) -> AnyInput:
    """An input of the step; the /usr has the target's dynamic linker, and a build may run what it has built."""
    if isinstance(item, Usr):
        return replace(item, links=(*item.links, (LOADER, "/sysroot/usr/lib/libc.so")))
    if isinstance(item, Text):
        return replace(item, text=item.text.replace("needs_exe_wrapper = true", "needs_exe_wrapper = false"))
    return item


def results(log: str, suite: Suite) -> Counter[str]:
    """The results in a log, as "VERDICT: NAME"."""
    found = re.finditer(suite.result, log, re.MULTILINE)
    return Counter(f"{VERDICTS.get(one['verdict'], one['verdict'])}: {one['name'].strip()}" for one in found)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Local, dict[str, Step]]]:
    """The steps of all suites, what performs them, and all that they need, built."""
    output = tmp_path_factory.mktemp("suites") / "output"
    asked = ",".join(SUITES)
    config = configure(load_catalog(ROOT), ROOT, output / "kconfig", Request(f"qemu_{ARCH}", packages=tuple(SUITES)))
    plan = plan_board(config, this_machine())
    found = {step.name: suite_step(step, SUITES[step.name]) for step in plan.steps if step.name in SUITES}
    needed = sorted({f"{output}/{one.path}" for step in found.values() for one in step.reads()})
    scons(ROOT, f"BOARD=qemu_{ARCH}", f"PACKAGES={asked}", f"OUTPUT={output}", *needed)

    def digest(path: str) -> str:
        return hashlib.sha256((output / path).read_bytes()).hexdigest()

    slots = Slots(2)
    yield Local(ROOT, output, shared_store(), slots, digest), found


@pytest.mark.packages
@pytest.mark.skipif(this_processor() != ARCH, reason=f"the suites run what is built for {ARCH}")
@pytest.mark.parametrize("name", SUITES)
def test_a_suite_passes_but_for_what_is_listed(name: str, steps: tuple[Local, dict[str, Step]]) -> None:
    local, found = steps
    local.perform(Action(found[name], ()))
    node = layer_from_tar(name, local.output / found[name].output.path).nodes["log"]
    assert isinstance(node, File)
    log = node.read().decode("utf-8", "replace")
    seen = results(log, SUITES[name])
    file = EXPECTED / f"{name}.txt"
    expected = listed(file.read_text()) if file.exists() else Counter()
    print(name, Counter(line.partition(":")[0] for line in seen.elements()))
    assert differences(seen, expected) == [], log[-6000:]
    assert sum(count for line, count in seen.items() if line.startswith("PASS: ")) >= SUITES[name].least, log[-6000:]
