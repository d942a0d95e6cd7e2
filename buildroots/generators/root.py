# SPDX-License-Identifier: Apache-2.0
"""Programs that make source or data out of tables and texts: gdbus-codegen, gperf, msgfmt, tclsh, tic, xsltproc."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=["gettext", "gperf", "libglib2.0-dev-bin", "ncurses-bin", "tcl", "xsltproc"], beside=["compile"]
)
