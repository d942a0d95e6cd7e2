# SPDX-License-Identifier: Apache-2.0
"""SCons loads this file before it prints or opens anything: it makes up for what the caller's environment lacks."""

import os
import sys

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
