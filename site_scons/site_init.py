# SPDX-License-Identifier: Apache-2.0
"""SCons loads this file before it prints or opens anything: it makes up for what the caller's environment lacks."""

import contextlib
import glob
import importlib.util
import os
import sys
from pathlib import Path

from SCons.Script import SetOption

# Keeps SCons from telling of its own progress (scons -Q).
SetOption("no_progress", True)

if sys.getfilesystemencoding() != "utf-8":
    # All files of Leafroot are UTF-8, and so are the names in them, whatever the locale says.
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])

# A standard stream that the caller closed: the next file would get its number, and be written to in its place.
while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
    os.set_inheritable(number, True)
os.close(number)
for number, name in enumerate(("stdin", "stdout", "stderr")):
    if getattr(sys, name) is None:
        setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115
# A name that is not UTF-8 is shown somehow, and ends no build.
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="backslashreplace")

# Python takes compiled code for its source's if size and time of the source are the same, and would run the code of
# before. The time of the source's last change cannot be set: code that is not newer than that is compiled again.
for source in glob.iglob(f"{Path(__file__).resolve().parents[1]}/leafroot/**/*.py", recursive=True):  # noqa: PTH207
    with contextlib.suppress(OSError):
        compiled = importlib.util.cache_from_source(source)
        if os.stat(source).st_ctime_ns >= os.stat(compiled).st_mtime_ns:  # noqa: PTH116
            os.unlink(compiled)  # noqa: PTH108
