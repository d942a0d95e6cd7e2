# SPDX-License-Identifier: Apache-2.0
"""Stands in for QEMU: `fake_guest.py SMALLEST LOG WORDS [-m KIB]... [-icount ...]` says what a guest would say.

It comes up if the last -m gives it at least SMALLEST KiB, and notes each boot in LOG.
"""

import sys
from itertools import pairwise
from pathlib import Path

smallest, log, words, *options = sys.argv[1:]
memory = int([after for option, after in pairwise(options) if option == "-m"][-1].rstrip("K"))
way = next(word for word in words.split() if "init=" in word)
with Path(log).open("a") as out:
    out.write(f"{way} {memory} {'counted' if '-icount' in options else ''}\n")
if memory < int(smallest):
    print("Kernel panic - not syncing: System is deadlocked on memory\r")
    sys.exit()
print(f"bench: up={'1.25' if '-icount' in options else '2.50'} free={memory - 70_000} available=1 root=2,1,tmpfs\r")
print("bench: intact=yes\r\nbench: pivot_root=works dotdot=no chroot=no umount=no device=no\r")
