# SPDX-License-Identifier: Apache-2.0
"""A page of docs/, read: its fenced blocks, its tables, its inline code, the commands that it shows."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from leafroot.plan.board import Plan
from leafroot.step import Step

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PACKAGE_PAGE = DOCS / "add-a-package.md"
BOARD_PAGE = DOCS / "add-a-board.md"
MODES_PAGE = DOCS / "boot-modes.md"
NETBOOT_PAGE = DOCS / "netboot.md"
PI_PAGE = DOCS / "raspberry-pi.md"
SOURCES_PAGE = DOCS / "sources.md"
ROOTS_PAGE = DOCS / "build-roots.md"
PAGES = (PACKAGE_PAGE, BOARD_PAGE, MODES_PAGE, PI_PAGE, NETBOOT_PAGE, SOURCES_PAGE, ROOTS_PAGE)
TARGET = "x86_64-leafroot-linux-musl"
# What the pages call the tree of the reader's own.
EXTERNAL = "../acme"


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, the name after it (a file's path, or what the block is), its text."""

    language: str
    name: str
    text: str

    @property
    def is_file(self) -> bool:
        return re.match(r"(package|board|buildroots|configs|linux)/\S+$", self.name) is not None


def fences(page: Path) -> list[Fence]:
    blocks = re.findall(r"^```(\w*) ?([^\n]*)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [Fence(*block) for block in blocks]


def block(page: Path, name: str) -> list[str]:
    """The lines of the one block of this name."""
    (text,) = (fence.text for fence in fences(page) if fence.name == name)
    return text.splitlines()


def spans(page: Path) -> list[str]:
    """All inline code of a page."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", prose)


def shown_commands(page: Path) -> list[list[str]]:
    """The commands of a page: the lines of its nameless sh blocks, and inline code that calls scons."""
    lines = [
        line for fence in fences(page) if fence.language == "sh" and not fence.name for line in fence.text.splitlines()
    ]
    lines += [span for span in spans(page) if re.match(r"(\./bootstrap )?scons ", span)]
    return [shlex.split(line, comments=True) for line in lines]


def table(page: Path, header: str) -> list[list[str]]:
    """The rows of the table whose first heading this is, as cells without their outer backquotes."""
    text = page.read_text()
    start = text.index(f"| {header} |")
    rows = text[start:].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def outputs(plan: Plan) -> set[str]:
    return {step.output.path for step in plan.steps}


def step(plan: Plan, output: str) -> Step:
    return next(step for step in plan.steps if step.output.path == output)


def fragment(acme: Path) -> str:
    return (acme / "configs/rootsize.config").read_text()
