# SPDX-License-Identifier: Apache-2.0
"""What every step is done with counts for what it makes, and stands in its description as one number alone.

So a change of the sandbox, of laying out, running, unpacking or packing is to be seen here, and somebody decides: raise
WORKSHOP in leafroot/step.py if a step could make other bytes now (all is built anew then), and put the new digest here.
Of the code all counts but comments, docstrings and the words of errors; of packing and unpacking also what comes of it,
for that is up to libraries as well.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from leafroot import step as steps
from leafroot.archive.pack import pack
from leafroot.archive.unpack import unpack
from leafroot.step import SOURCE_DATE_EPOCH, WORKSHOP, Output, Step
from tests.archive.tar_members import folder, hard, link, member, tar_bytes

ROOT = Path(__file__).parents[2]

# The code that decides on a step's bytes beside what the step declares: definitions by module, "" is all of it.
CODE: dict[str, tuple[str, ...]] = {
    "build/sandbox": ("",),
    "build/executor": (
        *("_FAILED", "_SCRIPT", "_ARTEFACT_LEVEL", "_script", "_unpack", "inside"),
        *("Local._build", "Local._lay_out", "Local._place", "Local._copy_files"),
        *("Local._run_commands", "Local._take_result"),
    ),
    "host/bubblewrap": ("_LINKED", "usr_words"),
    "host/run": ("run",),
    "archive/pack": ("",),
    "archive/unpack": ("",),
    "archive/extraction": ("",),
    "archive/zip": ("",),
    "store/trees": (
        *("Store.source", "Store.united", "Store.usr", "Store.alone", "Store.artefact", "Store.union"),
        *("Store._unpacked", "Store._unpack", "_FOR_PEOPLE", "_link_tree"),
    ),
    "store/patching": ("_PATCH", "debian_series", "apply_patch"),
    "describe/patch": ("read_patch", "_decompressed", "read_series"),
}


def text_of(module: str) -> str:
    return (ROOT / f"leafroot/{module}.py").read_text()


def definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """What a module defines, by its names; methods as CLASS.METHOD."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
            for inner in node.body:
                if isinstance(node, ast.ClassDef) and isinstance(inner, ast.FunctionDef):
                    found[f"{node.name}.{inner.name}"] = inner
    return found


def plain(node: object) -> object:
    """Code as lists and texts, the same for every version of Python; what no program does is left out."""
    if isinstance(node, list):
        return [plain(one) for one in node if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    if isinstance(node, ast.Raise):
        return ["Raise"]
    if isinstance(node, ast.AST):
        words = ("annotation", "returns")
        fields = ((name, one) for name, one in ast.iter_fields(node) if one not in (None, []) and name not in words)
        return [type(node).__name__, *([name, plain(value)] for name, value in fields)]
    return repr(node)


def code(module: str, text: str) -> object:
    """What of a module's text counts."""
    tree = ast.parse(text)
    known = definitions(tree)
    return [[name, plain(known[name] if name else tree.body)] for name in CODE[module]]


def packing(scratch: Path) -> object:
    """The tar that is made of a folder."""
    tree = scratch / "tree"
    (tree / "empty").mkdir(parents=True)
    (tree / "run").write_text("#!/bin/sh\n")
    (tree / "run").chmod(0o4711)
    (tree / "doc.la").write_text("x")
    os.link(tree / "run", tree / "same")
    (tree / "led").symlink_to("/anywhere")
    (tree / ("long" * 40)).write_text("y")
    for path in sorted(tree.rglob("*")):
        os.utime(path, (1, 1), follow_symlinks=False)
    pack(tree, scratch / "packed", mtime=SOURCE_DATE_EPOCH, drop=("*.la",))
    with (scratch / "packed").open("rb") as file:
        return hashlib.sha256(zstandard.ZstdDecompressor().stream_reader(file).read()).hexdigest()


def unpacking(scratch: Path) -> object:
    """What becomes of an archive from elsewhere, and of one of ours."""
    late = SOURCE_DATE_EPOCH + 5
    members = (
        folder("a", mode=0o700, mtime=late),
        member("a/run", b"x", mode=0o4711, mtime=late),
        member("a/text", b"y", mode=0o600, mtime=7),
        link("a/led", "text", mtime=late),
        hard("a/same", "a/run"),
    )
    (scratch / "archive").write_bytes(tar_bytes(*members))
    for name, more in (("theirs", {}), ("ours", {"strip": 0, "exact_modes": True})):
        unpack(scratch / "archive", scratch / name, mtime_limit=SOURCE_DATE_EPOCH, **more)  # type: ignore[arg-type]
    found = []
    for name in ("theirs", "ours"):
        for path in sorted((scratch / name).rglob("*")):
            status = path.lstat()
            # Of a folder neither counts: how many links it has is up to the file system.
            more = [] if path.is_dir() else [status.st_nlink > 1, int(status.st_mtime)]
            found.append([str(path.relative_to(scratch)), f"{status.st_mode:o}", *more])
    return found


PARTS: dict[str, Callable[[Path], object]] = {
    **{module: functools.partial(lambda module, _: code(module, text_of(module)), module) for module in CODE},
    "packing": packing,
    "unpacking": unpacking,
}
PINNED = {
    "build/sandbox": "0c59885c13cde298",
    "build/executor": "e525cc09cf11b8db",
    "host/bubblewrap": "b84dc998a0a21e25",
    "host/run": "fae65f668a736fc2",
    "archive/pack": "6e10fc35ded0907d",
    "archive/unpack": "740e17b7b2bc887b",
    "archive/extraction": "09b918e45f21614d",
    "archive/zip": "b5605ea5a374b3a8",
    "store/trees": "ee1bd93c60885481",
    "store/patching": "50fb2b344c094c7a",
    "describe/patch": "ee3319e9016487b7",
    "packing": "e0b32b435a87487c",
    "unpacking": "289836037aca4f74",
}


def digest(fact: object) -> str:
    return hashlib.sha256(json.dumps([WORKSHOP, fact], indent=1).encode()).hexdigest()[:16]


@pytest.mark.parametrize("part", PINNED)
def test_a_change_of_how_steps_are_performed_makes_somebody_decide(part: str, tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        fact = PARTS[part](tmp_path)
    finally:
        os.umask(mask)
    assert digest(fact) == PINNED[part], f"see {__file__}\n{json.dumps(fact)[:2000]}"


# What is changed, and whether somebody is to decide.
CHANGES = {
    "a binding": ("host/bubblewrap", '"--ro-bind", str(usr), "/usr"', '"--bind", str(usr), "/usr"', True),
    "a binding more": (
        "build/sandbox",
        '"/etc/group"]',
        '"/etc/group", "--ro-bind", "/etc/hosts", "/etc/hosts"]',
        True,
    ),
    "a variable": ("build/sandbox", '"TZ": "UTC0"', '"TZ": "CET"', True),
    "what is left out of a root": ("store/trees", '"locale", "man")', '"locale")', True),
    "the user": ("build/sandbox", '_UID = "1000"', '_UID = "1001"', True),
    "the docstring": ("build/sandbox", "The sandbox of a step", "The box of a step", False),
    "a variable of each step": ("build/executor", "str(SOURCE_DATE_EPOCH)", "str(int(time.time()))", True),
    "where commands run": ("build/executor", 'sandbox.argv(["sh", _SCRIPT])', 'sandbox.argv(["bash", _SCRIPT])', True),
    "the script": ("build/executor", "yield f'{line} ||", "yield f'env {line} ||", True),
    "the time of what is copied": (
        "build/executor",
        "os.utime(target, (SOURCE_DATE_EPOCH",
        "os.utime(target, (0",
        True,
    ),
    "the level": ("build/executor", "_ARTEFACT_LEVEL = 3", "_ARTEFACT_LEVEL = 4", True),
    "what is shown of a log": ("build/executor", "_SHOWN_LINES = 25", "_SHOWN_LINES = 30", False),
    "the words of a refusal": ("build/executor", "is a link that leads out", "leads out", False),
    "the mask": ("host/run", "umask=0o022", "umask=0o002", True),
    "the owner": ("archive/pack", '"root"', '"leafroot"', True),
    "the modes": ("archive/extraction", "else 0o644", "else 0o640", True),
    "the time of links": ("archive/extraction", "link.mtime, link.mtime", "0, 0", True),
    "the layers of a package": ("archive/unpack", "strip=0 if in_ar and strip is None else strip", "strip=strip", True),
    "patches": ("store/patching", '"-F0"', '"-F2"', True),
}


@pytest.mark.parametrize(("module", "old", "new", "counts"), CHANGES.values(), ids=CHANGES)
def test_such_a_change_is_seen(module: str, old: str, new: str, counts: bool) -> None:
    before = text_of(module)
    after = before.replace(old, new)
    assert after != before, f"{module} has no {old!r} any more"
    assert (digest(code(module, after)) != digest(code(module, before))) is counts


def test_another_number_is_another_step(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Step("a step", Output("made"), ()).description
    monkeypatch.setattr(steps, "WORKSHOP", WORKSHOP + 1)
    assert Step("a step", Output("made"), ()).description != first
