# SPDX-License-Identifier: Apache-2.0
"""SCons loads this file before it prints anything: it keeps SCons from telling of its own progress (scons -Q)."""

from SCons.Script import SetOption

SetOption("no_progress", True)
