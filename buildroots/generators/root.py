# SPDX-License-Identifier: Apache-2.0
"""Programs that make source or data out of tables and texts: tclsh and tic."""

from leafroot import BuildRoot

root = BuildRoot(packages=["ncurses-bin", "tcl"], beside=["compile"])
