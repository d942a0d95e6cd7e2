# SPDX-License-Identifier: Apache-2.0
"""The licence of each package against the source itself: the texts that it names, and the SPDX tags in its files.

`licences.tsv` lists where they differ for a reason: package, what differs, and the reason, separated by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from license_expression import Licensing

from leafroot.describe.package import Package
from leafroot.describe.unit import Unit
from leafroot.importer.build_system import read
from leafroot.importer.licensing import read_like, tagged
from leafroot.units.catalog import load_catalog
from tests.performing import shared_store

ROOT = Path(__file__).parents[2]
LISTED = Path(__file__).with_name("licences.tsv")
LICENSING = Licensing()
UNITS = load_catalog(ROOT).packages
# Words of texts that the importer does not look for, because hardly any other source has them.
WORDS = {
    "0BSD": "for any purpose with or without fee is hereby granted. THE SOFTWARE IS PROVIDED",
    "AFL-2.1": "The Academic Free License v.2.1",
    "Beerware": "THE BEER-WARE LICENSE",
    "blessing": "May you do good and not evil",
    "curl": "NONINFRINGEMENT OF THIRD PARTY RIGHTS",
    "dtoa": "provided that this entire notice is included",
    "EPL-2.0": "Eclipse Public License - v 2.0",
    "EUPL-1.2": "EUROPEAN UNION PUBLIC LICENCE v. 1.2",
    "FTL": "The FreeType Project LICENSE",
    "GCC-exception-3.1": "GCC RUNTIME LIBRARY EXCEPTION",
    "ICU": "ICU License",
    "IJG": "based in part on the work of the Independent JPEG Group",
    "libpng-2.0": "PNG Reference Library License version 2",
    "PCRE2-exception": "EXEMPTION FOR BINARY LIBRARY-LIKE PACKAGES",
    "PSF-2.0": "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
    "SSH-OpenSSH": "Any derived versions of this software must be clearly marked as such",
    "SSH-short": "Any derived versions of this software must be clearly marked as such",
    "X11-distribute-modifications-variant": "distribute with modifications",
}
# Of the kernel's headers of its interface to programs: it says that they bind no program that includes them.
NOTE = "Linux-syscall-note"


def names(expression: str) -> set[str]:
    """The identifiers of an expression."""
    return set(re.findall(r"[\w.+-]+", expression)) - {"AND", "OR", "WITH"}


def family(name: str) -> str:
    """An identifier without what a text does not tell: whether later versions count, and which of BSD's it is."""
    return re.sub(r"^BSD-.*", "BSD", re.sub(r"-(only|or-later)$", "", name))


def covered(tag: str, said: set[str]) -> bool:
    """Whether an expression that a file has is in one that has these identifiers: of alternatives, one is enough."""
    return NOTE in tag or _holds(LICENSING.parse(tag), said)


def _holds(expression: Any, said: set[str]) -> bool:
    if isinstance(expression, LICENSING.OR):
        return any(_holds(one, said) for one in expression.args)
    if isinstance(expression, LICENSING.AND):
        return all(_holds(one, said) for one in expression.args)
    return names(str(expression)) <= said


def differences(unit: Unit[Package], tree: Path) -> Iterator[str]:
    """Where the licence of a package and its source differ, a line each."""
    package = unit.value
    said = names(package.license)
    texts = [re.sub(r"(\s|[*#/>])+", " ", read(tree / name)) for name in package.license_files]
    worded = {licence for text in texts for licence in read_like(text)}
    worded |= {licence for licence, words in WORDS.items() if any(words.lower() in text.lower() for text in texts)}
    tags = tagged(tree)
    for licence in sorted(worded):
        if family(licence) not in {family(one) for one in said}:
            yield f"a text is {licence}"
    for tag, files in tags.items():
        if not covered(tag, said):
            yield f"{tag} in {files[0]}" + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    known = {family(one) for one in worded} | {family(one) for tag in tags for one in names(tag)}
    for name in sorted(said):
        # What is not in the SPDX list has no words of its own.
        if family(name) not in known and not name.startswith("LicenseRef-"):
            yield f"no text is {name}"


def listed() -> dict[tuple[str, str], str]:
    lines = [line.split("\t") for line in LISTED.read_text().splitlines() if not line.startswith("#")]
    return {(package, difference): reason for package, difference, reason in lines}


@pytest.mark.packages
@pytest.mark.parametrize("name", sorted(name for name, unit in UNITS.items() if unit.value.archive))
def test_a_licence_is_what_the_source_says(name: str) -> None:
    package = UNITS[name].value
    archive = package.source()
    assert archive
    parts = [(folder, part.at(package.version)) for folder, part in package.parts.items()]
    tree = shared_store().source(archive, (), parts)
    assert [file for file in package.license_files if not (tree / file).is_file()] == []
    expected = {difference for package_, difference in listed() if package_ == name}
    assert set(differences(UNITS[name], tree)) == expected


def test_each_listed_difference_has_a_package_and_a_reason() -> None:
    assert [key for key, reason in listed().items() if key[0] not in UNITS or not reason] == []


@pytest.mark.parametrize(
    ("tag", "said", "found"),
    [
        ("MIT", {"MIT"}, True),
        ("MIT", {"ISC"}, False),
        ("MIT OR Apache-2.0", {"Apache-2.0"}, True),
        ("GPL-2.0-only", {"GPL-2.0-or-later"}, False),
        ("curl AND ISC", {"curl"}, False),
        ("GPL-2.0-only WITH Linux-syscall-note", {"MIT"}, True),
        ("(MIT OR ISC) AND TCL", {"MIT"}, False),
        ("(MIT OR ISC) AND TCL", {"MIT", "TCL"}, True),
        ("GPL-2.0-only WITH openvpn-openssl-exception", {"GPL-2.0-only"}, False),
    ],
)
def test_of_alternatives_one_is_enough(tag: str, said: set[str], found: bool) -> None:
    assert covered(tag, said) == found
