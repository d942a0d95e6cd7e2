# SPDX-License-Identifier: Apache-2.0
"""Descriptions that raise, loop, eat memory, or do what is none of their business: each refused at its line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from leafroot.units import load as script
from tests.real_builds import hear_interrupts
from tests.small_tree import CHECKOUT, SmallTree, in_root, package

DOC = '"""Something."""\n'
FILE = "package/alpha/package.py"
ONLY = "Add what it needs to leafroot's vocabulary, or to a recipe."
SAYS = "The values must not depend on the machine. Give the names of files, and do not open them."
LOOP = "A description only sets values, which takes no time. Does it have an endless loop?"

TEXTS = {
    "raises": ("x = 1\nraise ValueError('no\\nway')\n", ":3: ValueError: no\nway"),
    "raises below": ("def f():\n    raise KeyError(7)\nf()\n", ":3: KeyError: 7"),
    "divides": ("x = 1 / 0\n", ":2: ZeroDivisionError: division by zero"),
    "ends the program": (
        "raise SystemExit(0)\n",
        ":2: ends the program, but a description may only set values",
    ),
    "is interrupted by itself": ("raise KeyboardInterrupt\n", ":2: interrupted while this ran"),
    "exit": ("exit(0)\n", f":2: calls exit(), but a description may only set values\n  {SAYS}"),
    "imports": (
        "from leafroot import Package\nimport os\n",
        f":3: imports 'os', but a description may import only from leafroot\n  {ONLY}",
    ),
    "imports below": (
        "import leafroot.host.run\n",
        f":2: imports 'leafroot.host.run', but a description may import only from leafroot\n  {ONLY}",
    ),
    "imports in a function": (
        "def f():\n    from subprocess import run\n",
        f":3: imports 'subprocess', but a description may import only from leafroot\n  {ONLY}",
    ),
    "imports by its function": (
        "__import__('socket')\n",
        f":2: imports 'socket', but a description may import only from leafroot\n  {ONLY}",
    ),
    "opens": (
        "key = open('/etc/shadow').read()\n",
        f":2: calls open(), but a description may only set values\n  {SAYS}",
    ),
    "runs code": ("exec('x = 1')\n", f":2: calls exec(), but a description may only set values\n  {SAYS}"),
    "evaluates": ("eval('1')\n", f":2: calls eval(), but a description may only set values\n  {SAYS}"),
    "asks": ("name = input()\n", f":2: calls input(), but a description may only set values\n  {SAYS}"),
    "recurses": (
        "def f(x):\n    return f(x)\nf(1)\n",
        ":3: RecursionError: maximum recursion depth exceeded",
    ),
    "wants the memory": ("x = 'x' * (1 << 60)\n", ":2: needs more memory than there is"),
    "loops": ("while True:\n    pass\n", f":2: still running after 0 seconds\n  {LOOP}"),
    "loops on": (
        "while True:\n    try:\n        while True:\n            pass\n    except Exception:\n        pass\n",
        f":5: still running after 0 seconds\n  {LOOP}",
    ),
    "is nested": ("x = " + "-" * 100_000 + "1\n", ":1: not valid Python: it is nested too deeply"),
    "is too long": (
        "#" * (1 << 20) + "\n",
        ": larger than 1 MiB\n  No hand-written file is that large: check which file this is.",
    ),
    "is nobody's": ("", ": the file does not set 'package'\n  The file must set package = Package(...)."),
}  # fmt: skip


def message(tree: SmallTree) -> str:
    with pytest.raises(LeafrootError) as error:
        tree.configure()
    return str(error.value).replace(str(tree.root), "TREE")


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_text(text: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "TIME_LIMIT", 0.2)
    said = message(SmallTree(tmp_path, {FILE: DOC + text}))
    # Where in the loop it was is chance, and Python goes on to say which call was one too many.
    assert said.startswith(FILE + expected) or (
        "still running" in expected and said.partition(": ")[2] == expected.partition(": ")[2]
    ), said


def test_all_that_a_real_description_does_still_works(tmp_path: Path) -> None:
    more = "names = sorted({f'x{n}' for n in range(3)})\nassert isinstance(names, list)\nprint(end='')\n"
    assert in_root(SmallTree(tmp_path, {FILE: package() + more}).configure()) == ["alpha"]


def binary(file: Path) -> None:
    file.write_bytes(bytes(range(256)))


def latin(file: Path) -> None:
    file.write_bytes(b'"""Caf\xe9."""\n')


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def circle(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()
    (file / "x").write_text("")


def deep(file: Path) -> None:
    place = file.parent / "files" / Path(*["d"] * 250)
    place.mkdir(parents=True)
    (place / "x").write_text("")


PLACES: dict[str, tuple[Callable[[Path], None], str]] = {
    "binary": (binary, ":1: not valid Python: source code string cannot contain null bytes"),
    "latin": (latin, ":1: not valid Python: (unicode error) 'utf-8' codec can't decode byte 0xe9"),
    "pipe": (pipe, ": this is a pipe, but a unit has files, folders and symbolic links only"),
    "circle of links": (circle, ": this is a link to package.py, which does not exist"),
    "folder": (folder, "package/alpha: this folder has no package.py"),
    "folders without end": (deep, ": folders are nested more than 200 deep"),
}


@pytest.mark.parametrize(("make", "expected"), PLACES.values(), ids=PLACES)
def test_place(make: Callable[[Path], None], expected: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path)
    make(tmp_path / FILE)
    assert expected in message(tree)


NAMES = {
    "newline": ("a\nb", r"package/a\nb: 'a\nb' is not a valid name"),
    "space": ("a b", "package/a b: 'a b' is not a valid name"),
    "escape": ("a\x1b[31m", r"package/a\x1b[31m: 'a\x1b[31m' is not a valid name"),
    "not UTF-8": ("a\udcff", r"package/a\udcff: 'a\udcff' is not a valid name"),
    "option": ("-rf", "package/-rf: '-rf' is not a valid name"),
    "too long": ("a" * 101, f"package/{'a' * 101}: the name has 101 characters, but at most 100 are allowed"),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.values(), ids=NAMES)
def test_name(name: str, expected: str, tmp_path: Path) -> None:
    assert message(SmallTree(tmp_path, {f"package/{name}/package.py": package()})).startswith(expected)


def test_an_interrupt_says_which_file_was_running(tmp_path: Path) -> None:
    """Ctrl-C in a real scons whose description loops: it ends at once, with the file and no traceback."""
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_text(DOC + "while True:\n    pass\n")
    argv = [sys.executable, "-m", "SCons", "-Q", "list", f"EXTERNAL={tmp_path}"]
    with subprocess.Popen(
        argv,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=hear_interrupts,
    ) as scons:
        # As soon as it uses the processor and nothing else, it is in the loop.
        status = Path(f"/proc/{scons.pid}/stat")
        while sum(map(int, status.read_text().rpartition(")")[2].split()[11:13])) < 2 * os.sysconf("SC_CLK_TCK"):
            time.sleep(0.05)
        begun = time.monotonic()
        scons.send_signal(signal.SIGINT)
        said = scons.communicate(timeout=60)[0]
    assert re.search(rf"^leafroot: {tmp_path}/{FILE}:[23]: interrupted while this ran$", said, re.MULTILINE), said
    assert "Traceback" not in said and scons.returncode == 2
    print(f"ended {time.monotonic() - begun:.1f} s after Ctrl-C")
