# SPDX-License-Identifier: Apache-2.0
"""Suites that the runtimes' own authors wrote, run in the guest on the image as it was built.

A suite's source, the files in suites/guest and the build root `suites`, whose tools the suite calls, are brought into
the running system. What fails, is skipped or is left out must be what suites/expected lists, with the reason
(expected_results.py).
"""

from __future__ import annotations

import functools
import re
import shutil
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.plan.recipes.go import Go
from leafroot.units.catalog import load_catalog
from tests.boot.conftest import Scons
from tests.boot.container_guest import HOST, ROOT, Consoles, image, log_in
from tests.boot.expected_results import PASS, differences, listed
from tests.performing import shared_store, usr_alone
from tests.web_server import served

SUITES = Path(__file__).parent / "suites"
# In MiB. The image, the tools and what the tests write are in RAM.
MEMORY = 4096
# With fewer than four, crun's test of CPU affinities is skipped.
PROCESSORS = 4
# The programs of the package runc, as its description has them.
RUNC_PROGRAMS = '{"github.com/opencontainers/runc": "usr/bin/runc"}'
# The programs of the package runctest: runc's source has them, and runc's tests call them.
TEST_PROGRAMS = {
    f"github.com/opencontainers/runc/contrib/cmd/{name}": f"usr/libexec/runctest/{name}"
    for name in ("recvtty", "sd-helper", "seccompagent")
}
FAIL, SKIPPED, LEFT_OUT, BROKEN = "FAIL: ", "SKIPPED: ", "LEFT OUT: ", "BROKEN: "
# In a list: the check may pass or fail, because it depends on the machine's speed.
VARIES = "VARIES: "
_PROGRAM = re.compile(r"^suite: begin ([^\n]+)$(.*?)^suite: end \1: status (\d+)$", re.MULTILINE | re.DOTALL)
_LEFT_OUT = re.compile(r"^suite: left out (.+)$", re.MULTILINE)
_PLAN = re.compile(r"^1\.\.(\d+)", re.MULTILINE)
# The number and the dash are optional.
_RESULT = re.compile(r"^(ok|not ok)\b *\d* *(?:- )?(.*)$", re.MULTILINE)
_SKIP = re.compile(r"\s*# ?skip\S*\s*", re.IGNORECASE)
# The suites, each with the name of the package whose source it is in, and how many checks must pass at least. If fewer
# pass, the suite was cut short.
LEAST = {"bubblewrap": 320, "crun": 110, "runc": 150}


def results(console: str) -> Counter[str]:
    """What a suite's programs have said on the console, a result each.

    A program whose plan is not kept, or which says that it failed although none of its checks did, is BROKEN.
    """
    said = console.replace("\r", "")
    found = Counter(f"{LEFT_OUT}{name}" for name in _LEFT_OUT.findall(said))
    for program in _PROGRAM.findall(said):
        found.update(_results_of(*program))
    begun = Counter(re.findall(r"^suite: begin (.+)$", said, re.MULTILINE))
    ended = Counter(name for name, _, _ in _PROGRAM.findall(said))
    found.update(f"{BROKEN}{name}: it never ended" for name in (begun - ended).elements())
    return found


def _results_of(name: str, output: str, status: str) -> list[str]:
    lines = []
    for verdict, text in _RESULT.findall(output):
        before, skip, why = text, "", ""
        if mark := _SKIP.search(text):
            before, skip, why = text[: mark.start()], mark.group(), text[mark.end() :]
        text = f"{before} ({why})" if before and why else before or why
        kind = FAIL if verdict == "not ok" else SKIPPED if skip else PASS
        lines.append(f"{kind}{name}: {text}")
    plans = _PLAN.findall(output)
    if plans == ["0"] and not lines:
        return [f"{SKIPPED}{name}: the whole program"]
    if plans != [str(len(lines))]:
        lines.append(f"{BROKEN}{name}: {len(lines)} results, announced: {', '.join(plans) or 'nothing'}")
    if status != "0" and not any(line.startswith(FAIL) for line in lines):
        lines.append(f"{BROKEN}{name}: status {status}")
    return lines


def with_varying(seen: Counter[str], expected: Counter[str]) -> Counter[str]:
    """The results with VARIES as the verdict of those that the list has so, if they passed or failed."""
    varying = {line.removeprefix(VARIES) for line in expected if line.startswith(VARIES)}
    found: Counter[str] = Counter()
    for line, count in seen.items():
        kind, _, text = line.partition(": ")
        found[f"{VARIES}{text}" if text in varying and f"{kind}: " in (PASS, FAIL) else line] += count
    return found


def test_a_result_that_varies_has_to_be_there() -> None:
    expected = listed("VARIES: a: one  # by chance\n")
    for verdict, wanted in ((PASS, 0), (FAIL, 0), (SKIPPED, 2)):
        seen = Counter([f"{verdict}a: one", "PASS: a: two"])
        assert len(differences(with_varying(seen, expected), expected)) == wanted
    assert differences(with_varying(Counter(["PASS: a: two"]), expected), expected)


def test_a_result_that_is_missing_is_noticed() -> None:
    console = (
        "suite: left out d\r\n"
        "suite: begin a\r\n1..3\r\nok 1 - one\r\nnot ok 2 two\r\nok 3 # SKIP no three\r\nsuite: end a: status 1\r\n"
        "suite: begin b\nok one\nok 2 - two # skip why\nsuite: end b: status 127\n"
        "suite: begin e\n1..0 # SKIP\nsuite: end e: status 0\n"
        "suite: begin c\n1..1\nok 1 - one\n"
    )
    assert results(console) == Counter(
        [
            *("LEFT OUT: d", "PASS: a: one", "FAIL: a: two", "SKIPPED: a: no three"),
            *("PASS: b: one", "SKIPPED: b: two (why)", "BROKEN: b: 2 results, announced: nothing"),
            *("BROKEN: b: status 127", "SKIPPED: e: the whole program", "BROKEN: c: it never ended"),
        ]
    )


def with_runctest(folder: Path) -> Path:
    """An external tree with the package runctest: runc's description and modules, but the programs of its tests."""
    description = shutil.copytree(ROOT / "package/runc", folder / "package/runctest") / "package.py"
    text = description.read_text()
    assert text.count(RUNC_PROGRAMS) == 1
    description.write_text(text.replace(RUNC_PROGRAMS, repr(TEST_PROGRAMS)))
    return folder


def test_runctest_is_runc_with_the_programs_of_its_tests(tmp_path: Path) -> None:
    packages = load_catalog(ROOT, [with_runctest(tmp_path)]).packages
    runc, runctest = packages["runc"], packages["runctest"]
    assert isinstance(runc.value.build, Go)
    assert runctest.value == replace(runc.value, build=replace(runc.value.build, programs=TEST_PROGRAMS))
    assert runctest.locked == runc.locked


def pack(name: str, target: Path) -> None:
    """Write what a suite needs in the guest into a tar archive; all of it is root's."""

    def roots(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(target, "w") as archive:
        add = functools.partial(archive.add, filter=roots)
        add(usr_alone(SUITES, "suites"), "usr/gnu/usr")
        add(SUITES / "guest", "usr/suite/guest")
        add(SUITES / "expected" / f"{name}.txt", "usr/suite/expected")
        source, *debian = load_catalog(ROOT).packages[name].value.archives()
        add(shared_store().source(source, [], debian=next(iter(debian), None)), "usr/suite/source")


@pytest.mark.containers
@pytest.mark.parametrize("name", LEAST)
def test_the_authors_own_suites_pass_in_the_guest(
    scons: Scons, console_of: Consoles, tmp_path: Path, name: str
) -> None:
    guest = image(scons, tmp_path, ["network", "runctest"], boot="nullfs", tree=with_runctest(tmp_path / "tree"))
    public = tmp_path / "public"
    public.mkdir()
    pack(name, public / "suite.tar")
    with served(public, HOST) as url:
        console = console_of([*replace(guest, memory=MEMORY).argv(), "-smp", str(PROCESSORS)])
        log_in(console, f"wget -q -O - {url}/suite.tar | tar -x -C / && sh /usr/suite/guest/run {name}")
        console.expect("suite: done", timeout=7200.0)
    said = console.seen.replace("\r", "")
    (tmp_path / "suite.log").write_text(said)
    assert "suite: status 0\n" in said, said[-20000:]
    seen = results(said)
    counts = Counter(dict.fromkeys((PASS, FAIL, SKIPPED, LEFT_OUT), 0))
    for line in seen.elements():
        counts[f"{line.partition(': ')[0]}: "] += 1
    print(name, dict(counts))
    expected = listed((SUITES / "expected" / f"{name}.txt").read_text())
    assert differences(with_varying(seen, expected), expected) == [], said[-20000:]
    assert counts[PASS] >= LEAST[name], counts
