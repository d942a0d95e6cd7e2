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
    subprocess.run(["gcc", "-w", f"-I{folder}", "-o", folder / "check", SOURCE], check=True)
    return folder / "check"


def findings(program: Path, folder: Path, final: str) -> tuple[str, str]:
    """What the check of a relinked kernel's .config finds (plan/kbuild.py: check_assigned), and what was parsed."""
    (folder / ".config").write_text(final)
    others = "".join(line for line in RESOLVED.splitlines(keepends=True) if not line.startswith("CONFIG_CMDLINE="))
    (folder / "others.config").write_text(others)
    (folder / "words").write_text(WORDS)
    done = subprocess.run(
        [program, "errors", ".config", "Kconfig", "others.config", "words"],
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
