# SPDX-License-Identifier: Apache-2.0
"""Builds on a file system that is too small; run by test_full_disk.py in a mount namespace of its own.

usage: full_disk.py CHECKOUT FOLDER COUNT RIGHT.json WORD..., where a tmpfs is mounted over FOLDER for each try
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from building import Place
from wholeness import check_whole

_ROOM = 1 << 30
_NEXT_TO_NOTHING = 10 * 4096


def mount(folder: Path, size: int, *more: str) -> None:
    options = ",".join((*more, f"size={size}"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


def used(folder: Path) -> int:
    status = os.statvfs(folder)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


def most_used(place: Place) -> int:
    """The most room that a build takes while it goes on."""
    most, ended = 0, threading.Event()

    def look() -> None:
        nonlocal most
        while not ended.is_set():
            most = max(most, used(place.folder))
            time.sleep(0.005)

    watcher = threading.Thread(target=look)
    watcher.start()
    place.build()
    ended.set()
    watcher.join()
    return most


def main() -> None:
    checkout, folder, count, right_file, *words = sys.argv[1:]
    place, right = Place(Path(checkout), Path(folder), words), json.loads(Path(right_file).read_text())
    place.folder.mkdir(parents=True)
    mount(place.folder, _ROOM)
    most = most_used(place)
    assert place.bytes_made() == right
    subprocess.run(["umount", str(place.folder)], check=True)
    tries = []
    for number in range(int(count)):
        size = int(most * (number + 0.3) / int(count)) // 4096 * 4096 if number else _NEXT_TO_NOTHING
        mount(place.folder, size)
        run = place.start()
        status = run.process.wait(300)
        said = run.said()
        whole = check_whole(place, right)
        mount(place.folder, _ROOM, "remount")
        again = place.build()
        made = place.bytes_made()
        left = place.leftovers()
        tries.append(
            {"size": size, "status": status, "said": said, "whole": whole, "again": again, "left": left}
            | {"right": made == right, "bytes": place.size()}
        )
        subprocess.run(["umount", str(place.folder)], check=True)
    print(json.dumps({"most": most, "tries": tries}))


main()
