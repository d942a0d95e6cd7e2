# SPDX-License-Identifier: Apache-2.0
"""A board that is built in a second: a package, a root and an image, by Leafroot's own steps, of a checkout of its own.

Its toolchain and its kernel are a line of shell each. Packages that tell of their surroundings can be added.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.real_builds import CALLERS_CACHE
from tests.small_tree import SmallTree, board, package

ROOT = Path(__file__).parents[2]

SCONSTRUCT = """
import json, os, sys
sys.path.insert(0, os.getcwd())
import leafroot.app.scons
import leafroot.app.session
from leafroot.plan.board import Plan, _plan_manifest
from leafroot.plan.forms import Export
from leafroot.plan.root import plan_root
from leafroot.plan.toolchain.compiler import Toolchain
from leafroot.step import Artefact, Folder, Output, Step

GOOD = '''
echo 'int alpha(int a) { return a + 1; }' >alpha.c && gcc -O2 -c alpha.c
mkdir -p /out/usr/lib /out/usr/share && ar rcD /out/usr/lib/libalpha.a alpha.o
ls /src | gzip -n >/out/usr/share/list.gz
'''


def made_up(machine, output, script, *inputs, result="/out"):
    title = output.rpartition("/")[2].split(".")[0]
    return Step(title, Output(output), (machine.usr(), *inputs), commands=(("sh", "-ec", script),), result=result)


def plan_board(config, machine):
    names = [f"{letter}{number}" for letter in "abcdefgh" for number in range(12)]
    folder = Folder("/src", tuple((name, "SConstruct", 0o644) for name in names))
    with open("leaks.json") as file:
        leaks = json.load(file)
    libc = "mkdir -p /out/lib /out/bin /out/sbin && echo musl >/out/lib/libc.so"
    init = "echo '#!/bin/sh' >/out/bin/sh && chmod 755 /out/bin/sh && cp /out/bin/sh /out/sbin/init"
    musl = made_up(machine, "target/musl.tar.zst", f"{libc} && {init}")
    alpha = made_up(machine, "target/alpha.tar.zst", leaks.get("alpha", GOOD), folder)
    others = [made_up(machine, f"target/{name}.tar.zst", leaks[name], folder) for name in leaks if name != "alpha"]
    toolchain = Toolchain(
        *(machine, "made up", config.arch, (), (), musl.output, None),
        languages=frozenset({"c"}),
        folder="target",
        steps=(),
    )
    built = {node.key: alpha for node in config.graph if node.unit.name == "alpha"}
    root = plan_root(config, toolchain, built)
    script = "cat /root.zst >/build/image && date -r /root.zst +%s >/dev/null"
    packed = Artefact("/root.zst", root.packed.output)
    image = made_up(machine, "one/images/image", script, packed, result="/build/image")
    steps = (musl, alpha, *others, *root.steps, image)
    manifest = _plan_manifest(config, toolchain, (image, root.packed), None, root.elf, steps)
    return Plan(
        steps=(*steps, manifest),
        image=image.output,
        root=root.packed.output,
        manifest=manifest.output,
        kernel=image.output,
        device_tree=None,
        card=None,
        ramdisk=None,
        checks=(),
        exports=(Export("one/images/exported", alpha.output),),
        legal_info=Export("one/legal-info", alpha.output),
    )


leafroot.app.session.plan_board = plan_board
leafroot.app.scons.build()
"""


class SmallBoard:
    """The checkout below `place`; `leaks` are further packages, by their names: what each does in a shell."""

    def __init__(self, place: Path, leaks: Mapping[str, str] = {}) -> None:
        self.checkout = place / "checkout"
        files = {
            "board/one/board.py": board("Board number one."),
            "board/one/overlay/etc/motd": "Hello.\n",
            "SConstruct": SCONSTRUCT,
            "package/musl/package.py": package("C library.", build="ToolchainPart()"),
            "leaks.json": json.dumps(leaks),
            "requirements.txt": (ROOT / "requirements.txt").read_text(),
            "acme/package/product/package.py": package("A product.", build="Files()"),
            "acme/package/product/files/etc/product": "1\n",
            "acme/configs/product.config": "CONFIG_PACKAGE_PRODUCT=y\n",
            "acme/overlay/etc/over": "1\n",
        }
        SmallTree(self.checkout, files)
        shutil.copytree(ROOT / "leafroot", self.checkout / "leafroot", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "buildroots", self.checkout / "buildroots")
        self.cache = place / "cache"
        self.cache.mkdir()
        # The build root is downloaded once. Each of the two builds unpacks it.
        (self.cache / "dl").symlink_to(CALLERS_CACHE / "dl")
        self.temporary = place / "temporary"
        self.temporary.mkdir()

    def reproduce(self, *words: str, status: int) -> str:
        """What `scons BOARD=one reproduce` says."""
        argv = [sys.executable, "-m", "SCons", "-Q", "BOARD=one", f"CACHE={self.cache}", *words, "reproduce"]
        done = subprocess.run(
            argv,
            cwd=self.checkout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": "", "TMPDIR": str(self.temporary)},
        )
        assert done.returncode == status, done.stdout
        return done.stdout

    def result(self) -> dict[str, Any]:
        """The figures of the last comparison."""
        found = json.loads((self.checkout / "output/reproduce/one/result.json").read_text())
        assert isinstance(found, dict)
        return found

    def evidence(self, title: str, side: str) -> str:
        """The text that a package's differing file has in the first or the second build."""
        differences = self.result()["differences"]
        number = [one["title"] for one in differences].index(title)
        return (self.checkout / f"output/reproduce/one/{number}/{side}/said").read_text()
