# SPDX-License-Identifier: Apache-2.0
"""The commands, and what each needs: booting, writing a card, configuring, fetching, listing, measuring."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from leafroot.app import importing, measuring, pinning
from leafroot.app.choices import listing, matching, packages_page
from leafroot.app.guests import boot_board, check_boards, check_tests, device_tree_of, images_of, test_boards
from leafroot.app.session import Session
from leafroot.app.variables import MARKDOWN, VARIABLES
from leafroot.errors import LeafrootError
from leafroot.files import write_text
from leafroot.host.progress import Progress
from leafroot.kconfig.config import Config
from leafroot.kconfig.defconfig import find_defconfig
from leafroot.kconfig.edit import edit_local, minimal_defconfig, update_local
from leafroot.plan.board import Plan
from leafroot.record.seen import read_seen
from leafroot.step import Output


@dataclass(frozen=True)
class Command:
    """A command: work that gives an exit status, and the outputs and folders that it needs.

    `check` raises a LeafrootError if the work could not be done on this machine; it is called before anything is built.
    """

    work: Callable[[], int]
    needs: Sequence[Output] = ()
    folders: Sequence[str] = ()
    check: Callable[[], None] = lambda: None


EDITING = {
    "menuconfig": "change the configuration in the terminal",
    "guiconfig": "change the configuration in a window",
    "olddefconfig": "update a changed configuration to the options that exist now",
    "savedefconfig": "write the board's defconfig: what differs from the defaults",
}
"""Commands that need no valid configuration, for some of them repair one."""

PLAIN = {
    "list": "list boards, kernel series, boot modes and packages; with FIND=, the packages that a word leads to",
    "bench-compare": "A B: compare two result files of bench; differences within the noise are left out",
    "source": "fetch every archive, to build without a network later; DIR= is filled with them",
    "lock": "pin the Debian packages of the build roots, or those that PACKAGE=, written in Go, is built with",
    "outdated": "list what is pinned, and the versions that Debian has of it",
    "new-package": "draft the package NAME= from Debian's source, or from URL=, and try to build it",
    "update": "move the pin of PACKAGE= or KERNEL= to the newest version, if its patches apply",
}

WITHOUT_BOARD = ("list", "lock", "outdated", "update", "new-package", "bench-compare")
"""Commands that need no board."""

BOARD = {
    "boot": "boot the board in QEMU, its console in this terminal (leave with Ctrl-A X)",
    "boot-test": "boot the image in QEMU and let it check itself",
    "boot-files": "build what 'boot' needs, without the image",
    "flash": "write the image to the SD card DEV=, and read it back",
    "legal-info": "collect the licence texts of everything in the image, with a table of them",
    "bench": "measure how long the usual changes take",
    "bench-cold": "measure builds from nothing (half an hour and more)",
    "bench-bootmodes": "measure what each way to a root in memory costs (half an hour)",
    "bench-containers": "measure the start and end of a container, on the RAM root and on a disk",
    "reproduce": "build everything twice under different conditions, and compare every byte",
}

COMMANDS = {**BOARD, **PLAIN, **EDITING}
"""What each command does."""


def help_text() -> str:
    """What `scons -h` says."""
    lines = ["usage: scons BOARD=NAME [VARIABLE=VALUE...] [COMMAND or PATH...]", ""]
    lines += ["Builds the image, or the outputs at the paths, or what the commands need.", ""]
    for heading, entries in (("Commands", COMMANDS), ("Variables", VARIABLES)):
        lines += [heading, *(f"  {name:<16} {summary}" for name, summary in entries.items()), ""]
    return "\n".join(lines)


def commands(session: Session) -> dict[str, Command]:
    """The commands that this call of scons can be asked for: those of boards only if a board is planned."""
    found = {
        "list": Command(partial(_list, session)),
        "source": Command(session.fill_sources),
        "lock": Command(partial(pinning.lock, session)),
        "outdated": Command(partial(pinning.outdated, session, show)),
        "update": Command(partial(pinning.update, session)),
        # scons.py has drafted the package before boards were planned.
        "new-package": Command(partial(importing.finish, session), needs=importing.outputs(session)),
        # scons.py itself gives it the two files: for SCons these would be targets.
        "bench-compare": Command(partial(measuring.bench_compare, ())),
        **{name: Command(partial(_edit, session, name)) for name in EDITING},
    }
    if session.planned:
        found |= _of_first_board(session, *session.planned[0])
        found |= _of_all_boards(session)
    return found


def _of_first_board(session: Session, config: Config, plan: Plan) -> dict[str, Command]:
    """The commands that work on one board."""
    beside = (*plan.checks, plan.kernel, plan.root, *device_tree_of(plan))
    return {
        "boot": Command(
            partial(boot_board, session, config, plan),
            needs=images_of(plan) if session.variables.netboot else beside,
            check=partial(check_boards, session, [(config, plan)]),
        ),
        "boot-files": Command(lambda: 0, needs=beside),
        "flash": Command(
            partial(_flash, session, plan),
            needs=(plan.card,) if plan.card else (),
            check=partial(_check_flash, session, config),
        ),
        "bench": Command(partial(measuring.bench, session, config, plan), needs=(plan.image, *beside)),
        "bench-cold": Command(partial(measuring.bench_cold, session, config)),
        "bench-bootmodes": Command(
            partial(measuring.bench_bootmodes, session, config),
            check=partial(measuring.check_bootmodes, session, config),
        ),
        "bench-containers": Command(
            partial(measuring.bench_containers, session, config),
            check=partial(measuring.check_containers, session, config),
        ),
    }


def _of_all_boards(session: Session) -> dict[str, Command]:
    """The commands that work on every board that was named."""
    plans = [plan for _, plan in session.planned]
    legal = [plan.legal_info.folder for plan in plans]
    return {
        "boot-test": Command(
            partial(test_boards, session, session.planned),
            needs=[output for plan in plans for output in images_of(plan)],
            folders=[one.folder for plan in plans for one in plan.exports],
            check=partial(check_tests, session, session.planned),
        ),
        "legal-info": Command(partial(_tell, session, legal), folders=legal),
        "reproduce": Command(partial(measuring.reproduce, session), check=partial(measuring.check_reproduce, session)),
    }


def _tell(session: Session, folders: Sequence[str]) -> int:
    for folder in folders:
        print(session.output / folder)
    return 0


def _check_flash(session: Session, config: Config) -> None:
    """Raise a LeafrootError for what would fail after the build: it is cheaper to know before."""
    from leafroot.host.flash import check_device, look_at

    loader, device = config.board.value.loader, session.variables.device
    if loader is None:
        raise LeafrootError("this board has no SD card to write", f"BOARD={config.name}")
    if len(session.boards) > 1:
        raise LeafrootError("a card is for one board", f"BOARD={','.join(session.boards)}")
    if device is None:
        raise LeafrootError("which card?", "flash", "Say DEV=/dev/sdX.")
    check_device(look_at(device), loader.card * 1024 * 1024)


def _flash(session: Session, plan: Plan) -> int:
    from leafroot.host.flash import flash

    assert plan.card and session.variables.device
    flash(session.output / plan.card.path, session.variables.device, Progress())
    return 0


def _edit(session: Session, command: str) -> int:
    for board in session.boards:
        request = session.request(board)
        arguments = (session.catalog, session.checkout, session.generated, request)
        if command == "savedefconfig":
            target = find_defconfig(session.catalog, board) or session.checkout / "configs" / f"{board}_defconfig"
            write_text(target, minimal_defconfig(*arguments))
            print(f"{target}: written; it holds what differs from the defaults.")
            continue
        notes = update_local(*arguments) if command == "olddefconfig" else edit_local(*arguments, command)
        for note in notes:
            print(f"dropped: {note}")
        print(f"{request.local}: from now on, {board} is built with this configuration.")
        print("To keep it, run 'savedefconfig'. To go back to the defconfig, delete the file.")
    return 0


def _list(session: Session) -> int:
    word = session.variables.find
    if session.variables.format not in ("", MARKDOWN):
        raise LeafrootError(
            "'list' has no such form", f"FORMAT={session.variables.format}", f"It has FORMAT={MARKDOWN}."
        )
    if session.variables.format == MARKDOWN:
        show(packages_page(session.catalog, read_seen(session.checkout)))
    elif word:
        # Each toolchain has a folder of artefacts there.
        built = (folder for folder in sorted(session.output.glob("*")) if folder.is_dir())
        show(matching(session.catalog, word, built))
    else:
        show(listing(session.catalog))
    return 0


def show(text: str) -> None:
    """Print what was asked for; LeafrootError if it cannot be written. (SCons's own stream passes over errors.)"""
    stream = getattr(sys.stdout, "file", sys.stdout)
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        # Who reads it has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise LeafrootError(f"cannot be written: {error.strerror}", "standard output") from error
