# SPDX-License-Identifier: Apache-2.0
"""The check of a configuration, with a parser that knows no option and tells when it is asked to read the tree's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "leafroot/tools/kconfig-check/check.c"

# What the program takes from the parser of the tree that it is linked with.
PARSER = """\
#include <stdio.h>
enum { S_UNKNOWN }; enum { P_PROMPT }; enum tristate { no };
struct expr;
struct property { int type; struct { struct expr *expr; } visible; struct property *next; };
struct reverse { struct expr *expr; enum tristate tri; };
struct symbol { int type; char *name; struct property *prop; struct reverse rev_dep; };
static void conf_parse(const char *name) { printf("parsed %s\\n", name); }
static int conf_read(const char *name) { return printf("read %s\\n", name); }
static struct symbol *sym_find(const char *name) { (void)name; return NULL; }
static void sym_calc_value(struct symbol *symbol) { (void)symbol; }
static void expr_print(struct expr *expr, void (*print)(void *, struct symbol *, const char *), void *data, int token)
{ (void)expr; (void)print; (void)data; (void)token; }
"""

RESOLVED = 'CONFIG_SMP=y\n# CONFIG_IPV6 is not set\nCONFIG_LOG_BUF_SHIFT=17\nCONFIG_CMDLINE="console=ttyS0"\n'
WORDS = 'CONFIG_CMDLINE="console=ttyS0 nullfs_rootfs"\n'
RIGHT = RESOLVED.replace('CONFIG_CMDLINE="console=ttyS0"\n', WORDS)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kconfig-check")
    (folder / "lkc.h").write_text(PARSER)
    subprocess.run(["gcc", "-static", "-w", f"-I{folder}", "-o", folder / "check", SOURCE], check=True)
    return folder / "check"


def findings(program: Path, folder: Path, final: str, **asked: str) -> tuple[str, str]:
    """What the check of a .config finds, and what was parsed; `asked` are files of what it must have.

    By default those of a relinked kernel (leafroot/plan/recipes/kbuild.py: check_assigned).
    """
    (folder / ".config").write_text(final)
    others = "".join(line for line in RESOLVED.splitlines(keepends=True) if not line.startswith("CONFIG_CMDLINE="))
    asked = asked or {"others.config": others, "words": WORDS}
    for name, text in asked.items():
        (folder / name).write_text(text)
    done = subprocess.run(
        [program, "errors", ".config", "Kconfig", *asked],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = folder / "errors"
    assert done.returncode == errors.exists()
    return errors.read_text() if errors.exists() else "", done.stdout


def test_a_replaced_command_line_passes_without_parsing_kconfig(program: Path, tmp_path: Path) -> None:
    assert findings(program, tmp_path, RIGHT) == ("", "")


@pytest.mark.parametrize(
    ("final", "said"),
    [
        (RESOLVED, 'words:1: CONFIG_CMDLINE="console=ttyS0 nullfs_rootfs" was asked for, but it is "console=ttyS0".'),
        (
            RIGHT.replace(WORDS, ""),
            'words:1: CONFIG_CMDLINE="console=ttyS0 nullfs_rootfs" was asked for, but it is n.',
        ),
        (RIGHT.replace("CONFIG_SMP=y\n", ""), "others.config:1: CONFIG_SMP=y was asked for, but it is n."),
        (
            RIGHT.replace("# CONFIG_IPV6 is not set", "CONFIG_IPV6=y"),
            "others.config:2: CONFIG_IPV6=n was asked for, but it is y.",
        ),
        (RIGHT.replace("17", "16"), "others.config:3: CONFIG_LOG_BUF_SHIFT=17 was asked for, but it is 16."),
    ],
    ids=["kept the placeholder", "lost it", "lost another", "gained another", "changed another"],
)
def test_any_other_change_of_the_configuration_is_reported(
    program: Path, tmp_path: Path, final: str, said: str
) -> None:
    errors, parsed = findings(program, tmp_path, final)
    assert errors == f"{said}\n  There is no such option in this version.\n"
    # Once, and not before there was something to explain.
    assert parsed == "parsed Kconfig\nread .config\n"


LONG = "x" * 5000


@pytest.mark.parametrize("other", [LONG[:-1], f"{LONG[:-1]}y", LONG[:1023]], ids=["shorter", "last differs", "cut"])
def test_values_of_any_length_are_compared_whole(program: Path, tmp_path: Path, other: str) -> None:
    asked = f'# at board/x/board.py\nCONFIG_CMDLINE="{LONG}"\n'
    assert findings(program, tmp_path, f'CONFIG_CMDLINE="{LONG}"\n', asked=asked) == ("", "")
    said, _ = findings(program, tmp_path, f'CONFIG_CMDLINE="{other}"\n', asked=asked)
    assert said.startswith(f'board/x/board.py: CONFIG_CMDLINE="{LONG}" was asked for, but it is "{other}".\n')


def test_a_miss_is_told_with_the_place_of_the_line(program: Path, tmp_path: Path) -> None:
    asked = "# at a.config:3\nCONFIG_SMP=y\nCONFIG_TUN=y\n# at b.config:1, package/b/package.py\nCONFIG_IPV6=y\n"
    said, _ = findings(program, tmp_path, RESOLVED, asked=asked)
    assert [line for line in said.splitlines() if not line.startswith("  ")] == [
        "a.config:3: CONFIG_TUN=y was asked for, but it is n.",
        "b.config:1, package/b/package.py: CONFIG_IPV6=y was asked for, but it is n.",
    ]


def test_modules_that_nobody_asked_for_are_told(program: Path, tmp_path: Path) -> None:
    """Of a base such as defconfig, or by a default: they would be in no image."""
    final = RESOLVED + "".join(f"CONFIG_M{number}=m\n" for number in range(7))
    said, _ = findings(program, tmp_path, final, asked="CONFIG_SMP=y\n")
    assert said.splitlines() == [
        *(f"CONFIG_M{n}=m: it would be a module, and Leafroot does not build modules." for n in range(5)),
        "And 2 more.",
        "  Add the line '# CONFIG_MODULES is not set' to a fragment: they are then built into the kernel.",
    ]
