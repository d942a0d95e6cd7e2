# SPDX-License-Identifier: Apache-2.0
"""A program that runs under the conditions of a build, and prints as JSON what it sees of them.

So the table of conditions shows what was observed, not what was intended.
"""

from __future__ import annotations

import hashlib
import json
import locale
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from leafroot.host.bubblewrap import usr_words
from leafroot.host.run import capture
from leafroot.reproduce.circumstances import file_system

_ENTRIES = 200


def probe(checkout: Path, jobs: str) -> dict[str, str]:
    """The conditions by name; two texts are equal if the conditions are."""
    mask = os.umask(0)
    os.umask(mask)
    locale.setlocale(locale.LC_ALL, "")
    return {
        "path": str(checkout),
        "path's length": str(len(str(checkout))),
        "user": _user(),
        "umask": f"{mask:03o}",
        "time zone": os.environ.get("TZ", "the machine's"),
        "locale": locale.setlocale(locale.LC_TIME),
        "host name": platform.node(),
        "environment": ", ".join(sorted(set(os.environ) - {"LC_CTYPE"})),
        "jobs": jobs,
        "date": _day(time.time()),
        "date in the sandbox": _day_inside(),
        "directory order": _order(checkout),
        "file system": file_system(checkout),
        "distribution": _distribution(),
        "C library and Python": f"{' '.join(platform.libc_ver())}, Python {platform.python_version()}",
        "bubblewrap": _version("bwrap"),
    }


def _user() -> str:
    user = os.geteuid()
    mapped = Path("/proc/self/uid_map").read_text().split()
    pretended = user == 0 and mapped[:2] != ["0", "0"]
    return f"{user}{' (in a user namespace)' if pretended else ''}"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def _day_inside() -> str:
    """The date that a program in a sandbox sees, without our environment.

    bwrap is found in PATH: there, it is the wrapper that shifts the clock.
    """
    here = shutil.which("bwrap")
    if not here:
        return "no sandbox"
    usr = usr_words(Path("/usr"))
    argv = [here, "--unshare-all", "--clearenv", *usr, "--proc", "/proc", "--dev", "/dev"]
    status, said = capture([*argv, "--", "/usr/bin/date", "+%s"])
    return _day(float(said)) if status == 0 else f"unknown: {said.strip()}"


def _order(folder: Path) -> str:
    """In which order a folder is listed, compared with the order in which its files were made."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        for number in range(_ENTRIES):
            Path(place, f"{number}").touch()
        listed = [int(entry.name) for entry in os.scandir(place)]
    for name, order in (("as made", sorted(listed)), ("newest first", sorted(listed, reverse=True))):
        if listed == order:
            return name
    return f"by a hash, {hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:8]}"


def _distribution() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")


def _version(program: str) -> str:
    status, said = capture([program, "--version"])
    return said.splitlines()[0] if status == 0 and said else "none"


if __name__ == "__main__":
    print(json.dumps(probe(Path.cwd(), sys.argv[1])))
