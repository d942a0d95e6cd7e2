# SPDX-License-Identifier: Apache-2.0
"""Commands, paths, variables and links of the pages: they exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leafroot.app.commands import COMMANDS, WITHOUT_BOARD, commands
from leafroot.app.session import open_session
from leafroot.app.targets import Words
from leafroot.app.variables import VARIABLES
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.kconfig.config import Config
from leafroot.kconfig.resolve import TOOLCHAINS
from leafroot.plan.board import Plan
from leafroot.plan.root import system_files
from tests.docs.page import (
    DOCS,
    EXTERNAL,
    PAGES,
    ROOT,
    fragment,
    shown_commands,
    spans,
)


def pages() -> list[Path]:
    return [
        *sorted(DOCS.glob("*.md")),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md") if (ROOT / name).exists()),
    ]


def scons_commands() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for words in shown_commands(page):
            if "scons" in words:
                yield page.name, words[words.index("scons") + 1 :]


@pytest.mark.parametrize(
    ("page", "words"), list(scons_commands()), ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_the_commands_are_understood(page: str, words: list[str], acme: Path, tmp_path: Path) -> None:
    """Each is taken as far as scons takes it before the first step is run."""
    variables = dict(word.replace(EXTERNAL, str(acme)).split("=", 1) for word in words if "=" in word)
    targets = [word for word in words if "=" not in word]
    assert variables.pop("TOOLCHAIN", "debian") in TOOLCHAINS
    session = open_session(
        ROOT, {**variables, "OUTPUT": str(tmp_path)}, board_needed=not targets or not set(targets) <= set(WITHOUT_BOARD)
    )
    session.configure()
    session.make_plans(str)
    assert {word for word in targets if "/" not in word} <= commands(session).keys()
    exports = {one.folder for _, plan in session.planned for one in (*plan.exports, plan.legal_info)}
    words = Words(targets, ROOT, ROOT / "output", COMMANDS)
    words.check()
    words.find({one.output.path for one in session.steps()}, exports)
    if "shell" in variables:
        session.step(variables["shell"])


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_variables_and_commands_exist(page: Path) -> None:
    for words in shown_commands(page):
        if "scons" not in words:
            continue
        for word in words[words.index("scons") + 1 :]:
            name, equals, _ = word.partition("=")
            exists = name in VARIABLES if equals else name in COMMANDS or name.startswith(("-", "output/"))
            assert exists, f"{word} in {' '.join(words)}"
    for span in spans(page):
        if match := re.match(r"([A-Z][A-Z_]+)=(?!=)", span):
            assert (
                match[1] in VARIABLES
                or match[1].startswith("CONFIG_")
                or match[1] in ("DESTDIR", "SRC", "CROSS_COMPILE")
            ), span


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_after_shell_and_boot_exist(page: Path, planned: Callable[..., Plan]) -> None:
    names = {name for step in planned().steps for name in step.names} | {"rootsize"}
    for span in spans(page):
        name, _, value = span.partition("=")
        if name == "shell" and value:
            assert value in names, span
        if name == "BOOT" and value:
            assert value in BOOT_MODES, span
        if name == "TOOLCHAIN" and value:
            assert value in TOOLCHAINS, span


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    broken = [link for link in links if ":" not in link and not (page.parent / link.partition("#")[0]).exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page: Path, acme: Path, planned: Callable[..., Plan]) -> None:
    known = [*planned(text=fragment(acme)).steps, *planned("qemu_pc").steps, *planned("rpi4").steps]
    made = {f"output/{one.output.path}" for one in known}
    made |= {f"{path.rpartition('/')[0]}/" for path in made} | {"output/rpi4/legal-info/"}
    flat = [one.file_stem for one in known]
    made |= {f"output/logs/{name}.log" for name in flat} | {f"output/build/{name}/" for name in flat}
    # What a session writes beside the steps' outputs.
    made |= {f"output/{board}/{name}" for board in ("qemu_pc", "qemu_x86_64") for name in (".config", "boot-test.log")}
    missing = []
    for span in spans(page):
        if re.match(r"(leafroot|docs|package|board|buildroots|linux|configs|tests|output|SConstruct)/[^\s<>*]+$", span):
            found = span in made if span.startswith("output/") else any((tree / span).exists() for tree in (ROOT, acme))
            missing += [] if found else [span]
    assert not missing


def test_files_of_the_root_that_the_pages_name_are_in_it(configured: Callable[..., Config]) -> None:
    config = configured("qemu_pc")
    written = {path for path, _, _ in system_files(config)} | {
        path for item in config.files.values() for path, _ in item.entries
    }
    for page in PAGES:
        for span in spans(page):
            if re.match(r"/etc/(?!shadow)\S+$", span) or span == "/init":
                assert span.lstrip("/") in written, span
