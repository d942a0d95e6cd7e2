# SPDX-License-Identifier: Apache-2.0
"""The smallest machine that Leafroot builds on: busybox, Python with venv, bubblewrap and git."""

from leafroot import BuildRoot

_APPLETS = (
    *("cat", "chmod", "cp", "echo", "env", "id", "ls", "mkdir", "mktemp", "mv", "rm", "sh", "sha256sum", "tail"),
    *("test", "true", "uname"),
)

root = BuildRoot(
    packages=["bubblewrap", "busybox", "git", "python3", "python3-venv"],
    leave_out=["git-man", "liberror-perl", "perl", "perl-base", "perl-modules-5.40", "libperl5.40"],
    links={f"usr/bin/{applet}": "busybox" for applet in _APPLETS},
)
