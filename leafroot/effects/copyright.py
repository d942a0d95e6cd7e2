# SPDX-License-Identifier: Apache-2.0
"""Licences out of Debian's copyright files.

Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

from __future__ import annotations

import re

# Debian's short names that the SPDX list has under another.
_SPDX = {
    "Expat": "MIT",
    "Apache-2": "Apache-2.0",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "BSD-4-clause": "BSD-4-Clause",
}
_UNKNOWN = "unknown"


def licenses(text: str) -> str:
    """The licences of a package's own files, by name, with ", " between; "unknown" if the file is in free form.

    What is Debian's own, the packaging, goes into no program and does not count.
    """
    found: set[str] = set()
    for paragraph in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)", paragraph, re.MULTILINE))
        files = fields.get("Files", "").split()
        if "License" in fields and files and not all(name.startswith("debian/") for name in files):
            name = fields["License"].splitlines()[0].strip()
            found.add(re.sub(r"[^\s,]+", _spdx, name))
    return ", ".join(sorted(found)) or _UNKNOWN


def _spdx(word: re.Match[str]) -> str:
    # What follows a ~ tells wordings of one licence apart, by custom.
    name = word[0].partition("~")[0]
    return _SPDX.get(name, name)
