# SPDX-License-Identifier: Apache-2.0
"""The program that lets what knows no job server take part in ours: it waits for a slot and then runs a compiler."""

from __future__ import annotations

from leafroot.plan.step import TreeFile

SLOT = "/build/job-slot"
_SOURCE = "/job-slot.c"

# How many compilers a build tool may start; the job server says how many of them run (leafroot/tools/job-slot).
COMPILERS = "16"

SLOT_COMMAND = ("gcc", "-O1", "-Wall", "-o", SLOT, _SOURCE)
SLOT_INPUT = TreeFile(_SOURCE, "leafroot/tools/job-slot/job-slot.c")
