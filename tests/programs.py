# SPDX-License-Identifier: Apache-2.0
"""The programs that tests compare Leafroot with, the same ones on every machine: they are in the build root `tests`.

A test calls them by name. Each name leads to a script that runs the program with the build root as its /usr, and else
with what the machine has.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from leafroot.host.bubblewrap import with_usr
from tests.performing import shared_usr

PROGRAMS = (
    *("ar", "bash", "bsdcpio", "cpio", "dash", "debugfs", "diff", "fsck.fat", "gcc", "gzip", "make", "mcopy", "mdir"),
    *("mke2fs", "ninja", "openssl", "patch", "perl", "readelf", "tar", "xz", "zstd"),
)
# openssl's configuration is in /etc, which is the machine's.
_SCRIPT = """\
#!/bin/sh
export OPENSSL_CONF=/dev/null
exec {words} "$@"
"""


def provide(folder: Path) -> None:
    """Write a script for each program into an empty folder."""
    words = with_usr(shared_usr("tests"))
    bwrap = shutil.which(words[0])
    assert bwrap, "bubblewrap is not installed: run ./bootstrap"
    for name in PROGRAMS:
        script = folder / name
        script.write_text(_SCRIPT.format(words=shlex.join([bwrap, *words[1:], name])))
        script.chmod(0o755)
