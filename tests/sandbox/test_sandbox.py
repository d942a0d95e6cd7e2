# SPDX-License-Identifier: Apache-2.0
"""Ways out of the sandbox that real steps try: each is open only where its guard is taken away."""

from __future__ import annotations

import os

import pytest
from forbidden_place import DEVICES, Place
from probes import ESCAPED, PROBES, PYTHON, SHELL, Probe


def tried(place: Place, probe: Probe, opened: bool) -> tuple[bool, str]:
    """Whether a probe got out, and what it said."""

    def filled(text: str) -> str:
        for name, value in place.facts.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    step = place.step(probe.argv, filled(probe.script))
    words = {tuple(map(filled, old)): tuple(map(filled, new)) for old, new in probe.opened.items()}
    place.perform(step, words if opened else {})
    said = place.log(step)
    return ESCAPED in said, said


@pytest.mark.parametrize("probe", PROBES, ids=str)
def test_a_step_does_not_reach(listening: Place, probe: Probe) -> None:
    escaped, said = tried(listening, probe, opened=False)
    assert not escaped, said
    # Above is the command.
    last = "".join(said.split("\n", 1)[1].strip().splitlines()[-1:])
    assert last.endswith(probe.said) if probe.said else not last, said
    assert not list(listening.folder.rglob("mark"))


@pytest.mark.parametrize("probe", [probe for probe in PROBES if probe.opened], ids=str)
def test_without_its_guard_a_step_reaches(listening: Place, probe: Probe) -> None:
    if probe.what == "a device of this machine" and listening.facts["device"] == "nothing":
        pytest.skip("this machine has no other devices than a sandbox")
    escaped, said = tried(listening, probe, opened=True)
    assert escaped == (listening.user == 0 or not probe.root), said


SEEN = {
    "/": {
        "bin",
        "build",
        "dev",
        "etc",
        "inputs",
        "leafroot-commands",
        "lib",
        "out",
        "probe",
        "proc",
        "sbin",
        "tmp",
        "usr",
    },
    "/dev": DEVICES,
    "/etc": {"group", "passwd"},
    "/tmp": set(),
    "/build": set(),
    "/out": set(),
}
# What depends on the processor.
MAY_BE = {"lib64"}


def test_a_step_sees_this_and_no_more(place: Place) -> None:
    step = place.step(SHELL, "".join(f"echo {folder}: $(ls -A {folder})\n" for folder in SEEN))
    assert place.perform(step) == 0
    lines = [line.partition(":") for line in place.log(step).splitlines()[1:]]
    seen = {folder: set(names.split()) for folder, _, names in lines}
    assert {folder: names - MAY_BE for folder, names in seen.items()} == SEEN


LIST_OPEN = """\
import os
for fd in os.listdir("/proc/self/fd"):
    if os.path.lexists(f"/proc/self/fd/{fd}"):
        print(fd, os.readlink(f"/proc/self/fd/{fd}"))
"""


def test_a_step_has_no_more_files_open_than_the_log_and_the_job_servers_pipe(place: Place) -> None:
    leaked = os.open(place.folder / "home" / "secret", os.O_RDONLY)
    os.set_inheritable(leaked, True)
    step = place.step(PYTHON, LIST_OPEN)
    try:
        assert place.perform(step) == 0
    finally:
        os.close(leaked)
    found = dict(line.split(" ", 1) for line in place.log(step).splitlines()[1:])
    read, write = map(str, place.local.slots.descriptors)
    assert {number for number, what in found.items() if what != "/probe"} == {"0", "1", "2", read, write}
    assert found["0"] == "/dev/null"
    assert found["1"] == found["2"] == str(place.local.log(step))
