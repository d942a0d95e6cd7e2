# SPDX-License-Identifier: Apache-2.0
"""Suites that the runtimes' authors and the Open Container Initiative wrote, run in the guest on the image as built.

A suite's source, the files in suites/guest and the build root `suites`, whose tools the suite calls, are brought into
the running system. What fails, is skipped or is left out must be what suites/expected lists, with the reason
(expected_results.py).

A program's output comes over the network: the serial console doubles and drops characters while the machine is busy.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import socket
import socketserver
import tarfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
# What a program says of a result, in lines below it, and an error there.
_DIAGNOSTIC = re.compile(r"^  ---$", re.MULTILINE)
_ERROR = re.compile(r'^ +"error": ("(?:[^"\\]|\\.)*"),?$', re.MULTILINE)
_WHOLE = "the whole program"


@dataclass(frozen=True)
class Suite:
    """How many checks of a suite must pass at least, and the packages with its source and the programs that it calls.

    If fewer pass, the suite was cut short. The programs of a `validation` are reticent, and repeat their results.
    """

    least: int
    source: str
    programs: str = "runctest"
    validation: bool = False


OF_OTHERS = {
    "bubblewrap": Suite(320, "bubblewrap"),
    "crun": Suite(110, "crun"),
    "runc": Suite(150, "runc"),
    "oci": Suite(6700, "ocivalidation", "ocivalidation", validation=True),
}


def results(report: str, reticent: bool = False) -> Counter[str]:
    """What a suite's programs have said, a result each.

    A program whose plan is not kept, or which says that it failed although none of its checks did, is BROKEN. A program
    that announces no result has skipped all, unless the suite is `reticent`: then it says nothing of what is right, and
    of what is wrong only the error.
    """
    said = report.replace("\r", "")
    found = Counter(f"{LEFT_OUT}{name}" for name in _LEFT_OUT.findall(said))
    for program in _PROGRAM.findall(said):
        found.update(_results_of(*program, reticent))
    begun = Counter(re.findall(r"^suite: begin (.+)$", said, re.MULTILINE))
    ended = Counter(name for name, _, _ in _PROGRAM.findall(said))
    found.update(f"{BROKEN}{name}: it never ended" for name in (begun - ended).elements())
    return found


def _results_of(name: str, output: str, status: str, reticent: bool) -> list[str]:
    lines = []
    for verdict, text in _RESULT.findall(output):
        before, skip, why = text, "", ""
        if mark := _SKIP.search(text):
            before, skip, why = text[: mark.start()], mark.group(), text[mark.end() :]
        text = f"{before} ({why})" if before and why else before or why
        kind = FAIL if verdict == "not ok" else SKIPPED if skip else PASS
        lines.append(f"{kind}{name}: {text}")
    plans = _PLAN.findall(output)
    if plans == ["0"] and not lines and status == "0":
        errors = [json.loads(error).partition("\n")[0] for error in _ERROR.findall(output)]
        if reticent and (errors or not _DIAGNOSTIC.search(output)):
            return [f"{FAIL}{name}: {_WHOLE} ({error})" for error in errors] or [f"{PASS}{name}: {_WHOLE}"]
        return [f"{SKIPPED}{name}: {_WHOLE}"]
    if plans != [str(len(lines))]:
        lines.append(f"{BROKEN}{name}: {len(lines)} results, announced: {', '.join(plans) or 'nothing'}")
    if status != "0" and not any(line.startswith(FAIL) for line in lines):
        lines.append(f"{BROKEN}{name}: status {status}")
    return lines


def with_varying(seen: Counter[str], expected: Counter[str]) -> Counter[str]:
    """The results with VARIES as the verdict of those that the list has so, if they passed or failed.

    A reticent program that passed has no error, which the list may have in brackets.
    """
    varying = {}
    for line in expected:
        if line.startswith(VARIES):
            text = line.removeprefix(VARIES)
            program, whole, _ = text.partition(f": {_WHOLE} (")
            varying[f"{FAIL}{text}"] = varying[f"{PASS}{program}: {_WHOLE}" if whole else f"{PASS}{text}"] = line
    found: Counter[str] = Counter()
    for line, count in seen.items():
        found[varying.get(line, line)] += count
    return found


def counted(seen: Counter[str]) -> Counter[str]:
    """The results of the validation, each once, with its number: "runc, 24 times: linux.sysctl not set".

    Its programs are called "RUNTIME SUBJECT". The skipped checks are counted for all subjects of a runtime together,
    because each looks at a container with the same program. Results that passed or vary are as they were.
    """
    numbers: Counter[tuple[str, str, str]] = Counter()
    found: Counter[str] = Counter()
    for line, count in seen.items():
        kind, program, text = line.split(": ", 2) if line.count(": ") > 1 else (*line.split(": "), "")
        if f"{kind}: " == SKIPPED and text != _WHOLE:
            program = program.partition(" ")[0]
        if f"{kind}: " in (FAIL, SKIPPED, BROKEN):
            numbers[kind, program, text] += count
        else:
            found[line] += count
    for (kind, program, text), count in numbers.items():
        found[f"{kind}: {program}{f', {count} times' if count > 1 else ''}: {text}"] += 1
    return found


def test_repeated_results_of_the_validation_are_counted() -> None:
    seen = Counter(
        [
            *("SKIPPED: runc a: no x", "SKIPPED: runc b: no x", "SKIPPED: crun a: no x", "SKIPPED: runc c: no y: z"),
            *("SKIPPED: runc a: the whole program", "SKIPPED: runc b: the whole program", "LEFT OUT: runc d"),
            *("FAIL: runc a: one", "FAIL: runc a: one", "FAIL: runc b: one", "BROKEN: runc b: status 1"),
            *("PASS: runc a: two", "PASS: runc a: two", "VARIES: runc a: three"),
        ]
    )
    assert counted(seen) == Counter(
        [
            *("SKIPPED: runc, 2 times: no x", "SKIPPED: crun: no x", "SKIPPED: runc: no y: z"),
            *("SKIPPED: runc a: the whole program", "SKIPPED: runc b: the whole program", "LEFT OUT: runc d"),
            *("FAIL: runc a, 2 times: one", "FAIL: runc b: one", "BROKEN: runc b: status 1"),
            *("PASS: runc a: two", "PASS: runc a: two", "VARIES: runc a: three"),
        ]
    )


def test_a_result_that_varies_has_to_be_there() -> None:
    expected = listed("VARIES: a: one  # by chance\n")
    for verdict, wanted in ((PASS, 0), (FAIL, 0), (SKIPPED, 2)):
        seen = Counter([f"{verdict}a: one", "PASS: a: two"])
        assert len(differences(with_varying(seen, expected), expected)) == wanted
    assert differences(with_varying(Counter(["PASS: a: two"]), expected), expected)
    expected = listed("VARIES: a: the whole program (why)  # by chance\n")
    for result, wanted in (("PASS: a: the whole program", 0), ("FAIL: a: the whole program (why)", 0)):
        assert len(differences(with_varying(Counter([result]), expected), expected)) == wanted
    assert differences(with_varying(Counter(["FAIL: a: the whole program (else)"]), expected), expected)


def test_a_result_that_is_missing_is_noticed() -> None:
    report = (
        "suite: left out d\r\n"
        "suite: begin a\r\n1..3\r\nok 1 - one\r\nnot ok 2 two\r\nok 3 # SKIP no three\r\nsuite: end a: status 1\r\n"
        "suite: begin b\nok one\nok 2 - two # skip why\nsuite: end b: status 127\n"
        "suite: begin e\n1..0 # SKIP\nsuite: end e: status 0\n"
        "suite: begin g\n1..0\nsuite: end g: status 1\n"
        "suite: begin c\n1..1\nok 1 - one\n"
    )
    assert results(report) == Counter(
        [
            *("LEFT OUT: d", "PASS: a: one", "FAIL: a: two", "SKIPPED: a: no three"),
            *("PASS: b: one", "SKIPPED: b: two (why)", "BROKEN: b: 2 results, announced: nothing"),
            *("BROKEN: b: status 127", "SKIPPED: e: the whole program"),
            *("BROKEN: g: status 1", "BROKEN: c: it never ended"),
        ]
    )


def test_a_reticent_program_says_only_what_is_wrong() -> None:
    report = (
        "suite: begin a\n1..0\nsuite: end a: status 0\n"
        'suite: begin b\n  ---\n    "error": "\\"it\\" fails\\nmore",\n  ...\n1..0\nsuite: end b: status 0\n'
        "suite: begin c\n  ---\n  {}\n  ...\n1..0\nsuite: end c: status 0\n"
        "suite: begin d\n1..0\nsuite: end d: status 1\n"
        "suite: begin e\nsuite: end e: status 0\n"
    )
    assert results(report, reticent=True) == Counter(
        [
            *("PASS: a: the whole program", 'FAIL: b: the whole program ("it" fails)', "SKIPPED: c: the whole program"),
            *("BROKEN: d: status 1", "BROKEN: e: 0 results, announced: nothing"),
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


@contextmanager
def received(file: Path) -> Iterator[int]:
    """The port of this machine that appends to a file what each connection brings, one connection after another."""

    class Append(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with file.open("ab") as target:
                shutil.copyfileobj(self.rfile, target)

    file.touch()
    with socketserver.TCPServer(("127.0.0.1", 0), Append) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def test_what_connections_bring_is_received_in_their_order(tmp_path: Path) -> None:
    pieces = [b"one\n", b"two" * 100000, b"three"]
    with received(tmp_path / "report") as port:
        for piece in pieces:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(1) == b""
    assert (tmp_path / "report").read_bytes() == b"".join(pieces)


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
        packages = load_catalog(ROOT, [SUITES]).packages
        source, *debian = packages[OF_OTHERS[name].source].value.archives()
        add(shared_store().source(source, [], debian=next(iter(debian), None)), "usr/suite/source")


@pytest.mark.containers
@pytest.mark.parametrize("name", OF_OTHERS)
def test_the_authors_own_suites_pass_in_the_guest(
    scons: Scons, console_of: Consoles, tmp_path: Path, name: str
) -> None:
    suite = OF_OTHERS[name]
    tree = SUITES if suite.validation else with_runctest(tmp_path / "tree")
    guest = image(scons, tmp_path, ["network", suite.programs], boot="nullfs", tree=tree)
    public, report = tmp_path / "public", tmp_path / "report"
    public.mkdir()
    pack(name, public / "suite.tar")
    with served(public, HOST) as url, received(report) as port:
        console = console_of([*replace(guest, memory=MEMORY).argv(), "-smp", str(PROCESSORS)])
        unpack = f"wget -q -O - {url}/suite.tar | tar -x -C /"
        log_in(console, f"{unpack} && sh /usr/suite/guest/run {name} {HOST} {port}")
        console.expect("suite: done", timeout=7200.0)
    said = report.read_text(errors="replace").replace("\r", "")
    assert "suite: status 0\n" in said, f"{said[-20000:]}\n{console.seen[-5000:]}"
    seen = results(said, reticent=suite.validation)
    counts = Counter(dict.fromkeys((PASS, FAIL, SKIPPED, LEFT_OUT, BROKEN), 0))
    for line in seen.elements():
        counts[f"{line.partition(': ')[0]}: "] += 1
    print(name, dict(counts))
    expected = listed((SUITES / "expected" / f"{name}.txt").read_text())
    found = with_varying(seen, expected)
    found = counted(found) if suite.validation else found
    assert differences(found, expected) == [], said[-20000:]
    assert counts[PASS] >= suite.least, counts
