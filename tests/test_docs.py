# SPDX-License-Identifier: Apache-2.0
"""What the pages show, executed: examples are loaded and planned, commands and messages held to the code."""

from __future__ import annotations

import fnmatch
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest
import zstandard

import leafroot
from leafroot.commands import BOARD, EDITING, PLAIN, commands
from leafroot.config.bootable import serves
from leafroot.config.catalog import Catalog, load_catalog
from leafroot.config.configuration import Config
from leafroot.config.configure import configure
from leafroot.config.fields import wrong_fields
from leafroot.config.networked import network_boot
from leafroot.config.resolve import TOOLCHAINS, Request
from leafroot.describe.arches import ARCHES
from leafroot.describe.bootmode import BOOT_MODES
from leafroot.describe.netboot import Ipxe, UBoot
from leafroot.effects.netboot import firmware_of
from leafroot.effects.sandbox import ENVIRONMENT
from leafroot.effects.store import apply_patch
from leafroot.errors import LeafrootError
from leafroot.plan.board import Machine, Plan, plan_board
from leafroot.plan.cmdline import command_line
from leafroot.plan.step import Step, description
from leafroot.plan.system import init_script, system_files
from leafroot.rootfs.cpio_reader import read_newc, tree_from_newc
from leafroot.rootfs.layers import layer_from_directory
from leafroot.rootfs.node import File
from leafroot.rootfs.tree import merge_layers
from leafroot.session import VARIABLES, open_session

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE_PAGE = DOCS / "add-a-package.md"
BOARD_PAGE = DOCS / "add-a-board.md"
MODES_PAGE = DOCS / "boot-modes.md"
NETBOOT_PAGE = DOCS / "netboot.md"
PI_PAGE = DOCS / "raspberry-pi.md"
PAGES = (PACKAGE_PAGE, BOARD_PAGE, MODES_PAGE, PI_PAGE, NETBOOT_PAGE)
MACHINE = Machine("x86_64-glibc-2.36", "GCC 12.2.0, 0123456789abcdef")
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
        return re.match(r"(package|board|configs|linux)/\S+$", self.name) is not None


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


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The external tree that a reader of all pages has made."""
    tree = tmp_path_factory.mktemp("docs") / "acme"
    for page in PAGES:
        for fence in fences(page):
            if fence.is_file:
                file = tree / fence.name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(fence.text)
    for page in PAGES:
        for words in shown_commands(page):
            if words[0] in ("cp", "chmod"):
                subprocess.run([word.replace(EXTERNAL, str(tree)) for word in words], cwd=ROOT, check=True)
    return tree


@pytest.fixture(scope="session")
def catalog(acme: Path) -> Catalog:
    return load_catalog(ROOT, [acme])


@pytest.fixture
def configured(catalog: Catalog, tmp_path: Path) -> Callable[..., Config]:
    def make(board: str = "qemu_x86_64", text: str = "", **asked: str) -> Config:
        fragment = tmp_path / "fragment.config"
        fragment.write_text(text)
        return configure(catalog, ROOT, tmp_path / "kconfig", Request(board, fragments=[fragment], **asked))  # type: ignore[arg-type]

    return make


@pytest.fixture
def planned(configured: Callable[..., Config]) -> Callable[..., Plan]:
    def make(board: str = "qemu_x86_64", text: str = "", **asked: str) -> Plan:
        return plan_board(configured(board, text, **asked), MACHINE, lambda path: path)

    return make


def outputs(plan: Plan) -> set[str]:
    return {step.output for step in plan.steps}


def step(plan: Plan, output: str) -> Step:
    return next(step for step in plan.steps if step.output == output)


def fragment(acme: Path) -> str:
    return (acme / "configs/rootsize.config").read_text()


# The worked examples


def test_the_example_package_adds_one_step(
    configured: Callable[..., Config], planned: Callable[..., Plan], acme: Path
) -> None:
    assert dict(configured(text=fragment(acme)).files["rootsize"].entries)["etc/init.d/S20rootsize"] == "0755"
    plan = planned(text=fragment(acme))
    assert outputs(plan) - outputs(planned()) == {f"{TARGET}/rootsize.tar.zst"}
    built = step(plan, f"{TARGET}/rootsize.tar.zst")
    assert [" ".join(command) for command in built.commands] == block(PACKAGE_PAGE, "commands of rootsize")
    assert built.tree_files() == (
        f"{acme}/package/rootsize/src/Makefile",
        f"{acme}/package/rootsize/src/rootsize.c",
        "leafroot/tools/strip-tree/strip-tree.sh",
    )
    assert f"{acme}/package/rootsize/files/etc/init.d/S20rootsize" in step(plan, "qemu_x86_64/rootfs.cpio").tree_files()


def test_the_example_archive_is_configured_as_shown(planned: Callable[..., Plan]) -> None:
    plan = planned(text="CONFIG_PACKAGE_DOSFSTOOLS=y\n")
    built = step(plan, f"{TARGET}/dosfstools.tar.zst")
    assert [" ".join(command) for command in built.commands] == block(PACKAGE_PAGE, "commands of dosfstools")
    (archive,) = built.archives()
    assert archive.places == (
        "https://github.com/dosfstools/dosfstools/releases/download/v4.2/dosfstools-4.2.tar.gz",
        "debian:pool/main/d/dosfstools/dosfstools_4.2.orig.tar.gz",
    )


def test_the_example_option_selects_a_package(planned: Callable[..., Plan], acme: Path) -> None:
    plan = planned(text=fragment(acme) + "CONFIG_PACKAGE_ROOTSIZE_STORAGE=y\n")
    added = {f"{TARGET}/{name}.tar.zst" for name in ("rootsize", "dosfstools")}
    assert outputs(plan) - outputs(planned()) == added


def test_the_example_program_works(acme: Path, tmp_path: Path) -> None:
    source = acme / "package/rootsize/src"
    make = ["make", "-f", str(source / "Makefile"), f"SRC={source}", "CC=cc", "CFLAGS=-O1 -Werror"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([*make, f"DESTDIR={tmp_path}/out", "install"], cwd=tmp_path, check=True, capture_output=True)
    program = tmp_path / "out/usr/bin/rootsize"
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    (shown,) = block(PACKAGE_PAGE, "said by S20rootsize")
    for line in (said.rstrip("\n"), shown):
        assert re.fullmatch(r"/: \d+ of \d+ KiB used; memory available: \d+ KiB", line)
    assert subprocess.run([program, "0"], capture_output=True, check=False).returncode == 1


def test_the_example_board_is_planned(
    configured: Callable[..., Config], planned: Callable[..., Plan], acme: Path
) -> None:
    config = configured("qemu_pc")
    assert (config.mode.name, config.series.name, config.hostname, config.root_password) == (
        "leaf-tmpfs",
        "6.12",
        "pc",
        "",
    )
    assert [command_line(config)] == block(BOARD_PAGE, "command line of qemu_pc")
    assert [(item.folder, dict(item.entries)["etc/init.d/S02watchdog"]) for item in config.overlays] == [
        (f"{acme}/board/qemu_pc/overlay", "0755")
    ]
    plan, other = planned("qemu_pc"), planned("qemu_x86_64")
    # A second board of the architecture builds a kernel, and what carries the root.
    names = ("linux.config", "linux.tar.zst", "kernel", "rootfs.cpio", "elf.json", "legal-info.tar.zst")
    images = ("rootfs.cpio.zst", "bzImage", "manifest.json")
    assert outputs(plan) - outputs(other) == {
        f"qemu_pc/{name}" for name in (*names, *(f"images/{one}" for one in images))
    }
    for output in outputs(plan) & outputs(other):
        assert description(step(plan, output)) == description(step(other, output))


def test_the_fragments_lie_over_each_other_as_shown(planned: Callable[..., Plan], acme: Path) -> None:
    inputs = [item.at for item in step(planned("qemu_pc"), "qemu_pc/linux.config").inputs]
    found = [
        at.removeprefix(folder).removeprefix(f"{acme}/")
        for at in inputs
        for folder in ("/fragments/", "/asked/")
        if at.startswith(folder)
    ]
    assert found == block(BOARD_PAGE, "fragments of qemu_pc")


def test_a_link_to_another_boards_fragment_serves(acme: Path, tmp_path: Path) -> None:
    linked = tmp_path / "tree/board/linked"
    linked.mkdir(parents=True)
    (linked / "board.py").write_text((acme / "board/qemu_pc/board.py").read_text())
    (linked / "watchdog.config").symlink_to(acme / "board/qemu_pc/watchdog.config")
    (linked / "linux.config").symlink_to(ROOT / "board/qemu_x86_64/linux.config")
    config = configure(load_catalog(ROOT, [tmp_path / "tree"]), ROOT, tmp_path / "kconfig", Request("linked"))
    plan = plan_board(config, MACHINE, lambda path: path)
    assert f"{linked}/linux.config" in step(plan, "linked/linux.config").tree_files()


def test_refusals_read_as_shown(configured: Callable[..., Config]) -> None:
    said: dict[str, list[str]] = {}
    for line in block(BOARD_PAGE, "refusals of qemu_pc"):
        words, _, text = line.partition(" | ")
        said.setdefault(words, []).append(text)
    for words, lines in said.items():
        asked = {name.lower(): value for name, value in (word.split("=") for word in words.split())}
        with pytest.raises(LeafrootError) as error:
            configured("qemu_pc", **asked)
        assert str(error.value).splitlines() == lines


# Tables that list what the code has


def test_the_architecture_is_shown_as_it_is() -> None:
    file = "leafroot/describe/arches/riscv64.py"
    assert "\n".join(block(BOARD_PAGE, file)) == (ROOT / file).read_text().rstrip()


def test_every_field_of_a_board_is_explained() -> None:
    listed = [name for row in table(BOARD_PAGE, "field") for name in code(row[0])]
    assert listed and set(listed) == {field.name for field in fields(leafroot.Board)}


def test_every_field_of_a_package_is_explained() -> None:
    shown = PACKAGE_PAGE.read_text()
    assert [field.name for field in fields(leafroot.Package) if f"{field.name}=" not in shown] == []


def test_the_fields_of_a_package_are_written_as_shown() -> None:
    vocabulary = {name: getattr(leafroot, name) for name in leafroot.__all__}
    rows = table(PACKAGE_PAGE, "field")
    assert len(rows) > 4
    for row in rows:
        (text,) = code(row[0])
        value = eval(f"Package(version='1', license='MIT', build=Make(), {text})", vocabulary)
        assert not list(wrong_fields(value)), text


def test_every_recipe_is_explained() -> None:
    listed = {re.split(r"\W", name)[0] for row in table(PACKAGE_PAGE, "recipe") for name in code(row[0])}
    recipes = set(re.findall(r"^class (\w+)", (ROOT / "leafroot/describe/recipes.py").read_text(), re.MULTILINE))
    # How the parts of the toolchain are built is no author's business.
    assert listed == recipes - {"ToolchainPart", "Choice"}


def test_the_sandbox_is_as_described(planned: Callable[..., Plan], acme: Path) -> None:
    built = step(planned(text=fragment(acme)), f"{TARGET}/rootsize.tar.zst")
    places = {code(row[0])[0] for row in table(PACKAGE_PAGE, "place")}
    used = {item.at for item in built.inputs if not item.at.startswith(("/strip-tree", "/usr"))}
    assert places == used | {"/build", built.result}
    variables = {name for row in table(PACKAGE_PAGE, "variable") for name in code(row[0])}
    steps_own, everyones = {name for name, _ in built.env}, {*ENVIRONMENT, "MAKEFLAGS", "SOURCE_DATE_EPOCH"}
    assert steps_own <= variables <= steps_own | everyones


def test_the_modes_are_served_as_the_table_says(catalog: Catalog, configured: Callable[..., Config]) -> None:
    rows = table(MODES_PAGE, "mode")
    assert [code(row[0])[0] for row in rows] == list(BOOT_MODES)
    for mode, row in zip(BOOT_MODES.values(), rows, strict=True):
        served = [name for name, unit in catalog.series.items() if serves(unit, mode)]
        words = {name: set(command_line(configured(kernel=name, boot=mode.name)).split()) for name in served}
        for name in served:
            asked = mode.cmdline if not mode.is_native(catalog.series[name].value.number) else ""
            assert {word for other in BOOT_MODES.values() if (word := other.cmdline)} & words[name] == ({asked} - {""})
            if asked:
                assert asked in code(row[3]) and name in row[2]
        patched = [name for name, unit in catalog.series.items() if unit.below(f"patches/{mode.name}")]
        assert all(name in row[2] for name in patched) and bool(patched) == ("our patch" in row[2])
        assert (row[4] == "works") is mode.can_pivot


@pytest.mark.parametrize("name", BOOT_MODES)
def test_mountinfo_is_what_init_looks_for(name: str) -> None:
    """The lines of /proc/self/mountinfo, seen in guests, against the pattern that /init holds them to."""
    lines = block(MODES_PAGE, f"mountinfo of {name}")
    assert lines
    for line in lines:
        _, parent, _, root, point, *_ = line.split()
        assert (root, point) == ("/", "/")
        seen = f"{parent},{line.rpartition(' - ')[2]}"
        pattern = BOOT_MODES[name].mountinfo.replace('"', "")
        assert fnmatch.fnmatchcase(seen, pattern) or fnmatch.fnmatchcase(f"{line.split()[0]} {seen}", pattern)


def test_messages_of_the_boot_are_the_codes_own() -> None:
    (warning,) = block(MODES_PAGE, "warning")
    fixed = re.sub(r"error -\d+", "error %d", warning)
    patches = sorted(ROOT.glob("linux/*/patches/leaf-tmpfs/*.patch"))
    assert patches and all(f'"{fixed}\\n"' in patch.read_text() for patch in patches)
    (said,) = block(MODES_PAGE, "init")
    shown = re.sub(r"/ is .*", "/ is ${rest##* - }", said)
    assert f'echo "{shown}" >/dev/console' in init_script(BOOT_MODES["leaf-tmpfs"])


def test_the_list_of_checks_is_rootchecks_own() -> None:
    source = (ROOT / "package/rootcheck/src/rootcheck.c").read_text().replace('\\"', "'")
    left = re.search(r'#define LEFT "(.*)"', source)
    forms = re.findall(r"\{ \"(pivot_root\([^\"]*\)) \" who", source)
    whos = re.findall(r"PIVOT_CHECKS\(\"(.*?)\", ", source)
    assert left and len(forms) == 2 and len(whos) == 4
    checks = [f"{form} {who}: {left[1]}" for who in whos for form in forms]
    (root,) = re.findall(r'\{ "root", ALWAYS\("(.*?)"\)', source)
    (below,) = re.findall(r'\{ "below the root",\s*\{ "(.*?)"', source)
    (live,) = re.findall(r'\{ "live root", ALWAYS\("(.*?)"\)', source)
    checks = [f"root: {root}", *checks, f"below the root: {below}", f"live root: {live}"]
    shown = [line.replace('"', "'") for line in block(MODES_PAGE, "rootcheck nullfs")]
    assert shown == [f"ok {number} - {check}" for number, check in enumerate(checks, 1)]


def test_the_scripts_that_the_pages_speak_of_leave_the_root_alone() -> None:
    """rcK names what it unmounts; no script of a package or board says `umount -a` or `umount /`."""
    scripts = [path for path in ROOT.glob("package/*/files/etc/init.d/*") if path.is_file()]
    assert [path.name for path in scripts].count("rcK") == 1
    for path in scripts:
        code_lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
        assert not re.search(r"umount\s+(-\w*a|/(\s|$))|remount,ro", "\n".join(code_lines)), path


def test_the_ways_over_the_network_are_those_of_the_architectures(
    configured: Callable[..., Config], catalog: Catalog
) -> None:
    rows = {code(row[0])[0]: row for row in table(NETBOOT_PAGE, "architecture")}
    ways = {arch.name: arch.netboot for arch in ARCHES.values() if arch.netboot}
    assert set(rows) == set(ways)
    for name, way in ways.items():
        assert ("iPXE" if isinstance(way, Ipxe) else "U-Boot") in rows[name][1]
        assert ("EFI" in rows[name][2]) is (isinstance(way, UBoot) and way.start.startswith("bootefi"))
        assert f"{code(rows[name][3])[0]} (Debian)" in firmware_of(way).packages
    shown = block(NETBOOT_PAGE, "refusal")
    refused = re.match(r"BOARD=(\w+)", shown[0])
    assert refused
    with pytest.raises(LeafrootError) as error:
        network_boot(replace(configured(refused[1]), catalog=load_catalog(ROOT, [])))
    assert str(error.value).splitlines() == shown


def test_dnsmasq_offers_the_files_that_the_page_lists() -> None:
    listed = {name for row in table(NETBOOT_PAGE, "machine") for cell in row[2:] for name in code(cell)} - {"ipxe"}
    for name in ("full", "proxy"):
        lines = block(NETBOOT_PAGE, name)
        offered = {
            line.rpartition(",")[2] for line in lines if re.match("dhcp-boot|pxe-service", line) and line[-1] != '"'
        }
        assert offered == listed - {"bzImage"}
        # A tag that is asked for is set; dnsmasq itself would say nothing.
        asked = {tag for line in lines for tag in re.findall(r"tag:!?(\w+)", line)}
        assert asked <= {tag for line in lines for tag in re.findall(r"set:(\w+)", line)}
    assert "kernel bzImage" in block(NETBOOT_PAGE, "boot.ipxe")


# Messages of the table "When it does not work"


def _loading(acme: Path, tmp_path: Path, old: str, new: str) -> str:
    """The message when the example package's description says `new` in place of `old`."""
    tree = tmp_path / "tree"
    text = (acme / "package/rootsize/package.py").read_text()
    assert old in text
    description_file = tree / "package/rootsize/package.py"
    description_file.parent.mkdir(parents=True, exist_ok=True)
    description_file.write_text(text.replace(old, new))
    with pytest.raises(LeafrootError) as error:
        config = configure(
            load_catalog(ROOT, [tree]),
            ROOT,
            tmp_path / "kconfig",
            Request("qemu_x86_64", fragments=[acme / "configs/rootsize.config"], toolchain="debian"),
        )
        plan_board(config, MACHINE, lambda path: path)
    return str(error.value)


def _two_owners(tmp_path: Path) -> str:
    for owner in ("dosfstools", "rootsize"):
        (tmp_path / owner / "usr").mkdir(parents=True)
        (tmp_path / owner / "usr/same").write_text("")
    layers = [layer_from_directory(owner, tmp_path / owner, override=False) for owner in ("dosfstools", "rootsize")]
    with pytest.raises(LeafrootError) as error:
        merge_layers(layers)
    return str(error.value)


def _bad_patch(tmp_path: Path) -> str:
    (tmp_path / "f").write_text("one\n")
    (tmp_path / "p.patch").write_text("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-two\n+three\n")
    with pytest.raises(LeafrootError) as error:
        apply_patch(tmp_path, tmp_path / "p.patch")
    return str(error.value)


def _lost_source(tmp_path: Path) -> str:
    (tmp_path / "Makefile").write_text("rootsize: rootsize.c\n")
    (tmp_path / "build").mkdir()
    made = subprocess.run(
        ["make", "-f", "../Makefile"], cwd=tmp_path / "build", capture_output=True, text=True, check=False
    )
    return made.stderr


# Messages that it takes a build to meet: where they are said, and what is fixed in them. They have tests of their own.
ELSEWHERE: dict[str, tuple[str, tuple[str, ...]]] = {
    "needs libfoo.so.1, which is not in the root": (
        "leafroot/rootfs/elf.py",
        ("needs {library}, {fault}", "which is not in the root"),
    ),
    "is not position-independent, and the board asks for it": (
        "leafroot/rootfs/elf.py",
        ("is not position-independent, and the board asks for it",),
    ),
    "CONFIG_VFAT_FS=y was asked for, but it is n.": (
        "leafroot/tools/kconfig-check/check.c",
        ("CONFIG_%s=%s was asked for, but it is %s.",),
    ),
}


def test_every_message_of_the_table_can_be_met(acme: Path, tmp_path: Path) -> None:
    def change(old: str, new: str) -> str:
        return _loading(acme, tmp_path / str(abs(hash(new))), old, new)

    met = [
        change('version="1"', 'version="2"'),
        change("build=Make(),", 'build=Make(), depends="dosfstools",'),
        change("build=Make(),", 'build=Make(), depends=["dosftools"],'),
        change("build=Make(),", 'build=Make(), languages=["c++"],'),
        _two_owners(tmp_path),
        _bad_patch(tmp_path),
        _lost_source(tmp_path),
    ]
    rows = [code(row[0])[0] for row in table(PACKAGE_PAGE, "message")]
    assert set(ELSEWHERE) <= set(rows)
    assert [row for row in rows if row not in ELSEWHERE and not any(row in message for message in met)] == []
    for file, parts in ELSEWHERE.values():
        assert [part for part in parts if part not in (ROOT / file).read_text()] == []


# Commands, paths and links


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
    session = open_session(ROOT, {**variables, "OUTPUT": str(tmp_path)}, board_needed=targets != ["list"])
    session.configure()
    session.make_plans(lambda path: path)
    known = {*commands(session), *(f"output/{one.output}" for one in session.steps())}
    assert set(targets) <= known
    if "shell" in variables:
        session.step(variables["shell"])


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_variables_and_commands_exist(page: Path) -> None:
    for words in shown_commands(page):
        if "scons" not in words:
            continue
        for word in words[words.index("scons") + 1 :]:
            name, equals, _ = word.partition("=")
            exists = (
                name in VARIABLES if equals else name in {*EDITING, *PLAIN, *BOARD} or name.startswith(("-", "output/"))
            )
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
    files = {output.rpartition("/")[2] for output in outputs(planned())}
    names = files | {file.split(".")[0] for file in files} | {"rootsize"}
    for span in spans(page):
        name, _, value = span.partition("=")
        if name == "shell" and value:
            assert value in names, span
        if name == "BOOT" and value:
            assert value in BOOT_MODES, span
        if name == "TOOLCHAIN":
            assert value in TOOLCHAINS, span


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    broken = [link for link in links if ":" not in link and not (page.parent / link.partition("#")[0]).exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page: Path, acme: Path, planned: Callable[..., Plan]) -> None:
    known = [*planned(text=fragment(acme)).steps, *planned("qemu_pc").steps, *planned("rpi4").steps]
    made = {f"output/{one.output}" for one in known}
    made |= {f"{path.rpartition('/')[0]}/" for path in made} | {"output/rpi4/legal-info/"}
    flat = [one.output.replace("/", "_") for one in known]
    made |= {f"output/logs/{name}.log" for name in flat} | {f"output/build/{name}/" for name in flat}
    # What a session writes beside the steps' outputs.
    made |= {f"output/{board}/{name}" for board in ("qemu_pc", "qemu_x86_64") for name in (".config", "boot-test.log")}
    missing = []
    for span in spans(page):
        if re.match(r"(leafroot|docs|package|board|linux|configs|tests|output|SConstruct)/[^\s<>*]+$", span):
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


# The whole, built


@pytest.mark.slow
def test_the_examples_are_built(acme: Path) -> None:
    """The example packages through scons, in the root of the example board; and the check of its kernel's options."""

    def scons(*words: str) -> subprocess.CompletedProcess[str]:
        always = ("BOARD=qemu_pc", "TOOLCHAIN=debian", f"EXTERNAL={acme}", "OUTPUT=output/test/docs")
        return subprocess.run(
            [str(Path(sys.executable).with_name("scons")), "-Q", *always, *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    chosen = acme / "configs/all.config"
    chosen.write_text(fragment(acme) + "CONFIG_PACKAGE_ROOTSIZE_STORAGE=y\n")
    built = scons(
        f"CONFIG={chosen}", "output/test/docs/qemu_pc/images/rootfs.cpio.zst", "output/test/docs/qemu_pc/linux.config"
    )
    assert built.returncode == 0, built.stdout
    packed = (ROOT / "output/test/docs/qemu_pc/images/rootfs.cpio.zst").read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    tree = tree_from_newc(read_newc(io.BytesIO(plain)), "root")
    for path in ("usr/bin/rootsize", "usr/sbin/mkfs.fat", "etc/init.d/S20rootsize", "etc/init.d/S02watchdog"):
        node = tree.entries[path].node
        assert isinstance(node, File) and node.mode == 0o755, path
    kernel = (ROOT / "output/test/docs/qemu_pc/linux.config").read_text()
    for option in ("I6300ESB_WDT", "VFAT_FS", "SHMEM", "PROC_FS"):
        assert f"CONFIG_{option}=y\n" in kernel

    watchdog = acme / "board/qemu_pc/watchdog.config"
    whole = watchdog.read_text()
    watchdog.write_text(whole.replace("CONFIG_WATCHDOG=y\n", ""))
    try:
        refused = scons("output/test/docs/qemu_pc/linux.config")
    finally:
        watchdog.write_text(whole)
    assert refused.returncode == 2
    said = refused.stdout.replace(f"{acme}/", "")
    shown = block(BOARD_PAGE, "check of qemu_pc")
    assert [line for line in shown if line.strip() not in said] == []
