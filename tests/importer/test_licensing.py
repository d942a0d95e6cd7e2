# SPDX-License-Identifier: Apache-2.0
"""The licence of a source: Debian's copyright file, tags in the sources, and the words of texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from leafroot.importer.licensing import find_licence, spdx_expression
from leafroot.units.check import license_fault
from tests.importer.made_up_source import source

FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
MIT = "Permission is hereby granted, free of charge, to any person obtaining a\ncopy of this software\n"
GPL2 = "GNU GENERAL PUBLIC LICENSE\n  Version 2, June 1991\n"


def paragraph(files: str, licence: str) -> str:
    return f"\nFiles: {files}\nCopyright: 2000 A\nLicense: {licence}\n"


@pytest.mark.parametrize(
    ("synopsis", "expression"),
    [
        ("GPL-2+", "GPL-2.0-or-later"),
        ("GPL-2", "GPL-2.0-only"),
        ("LGPL-2.1+", "LGPL-2.1-or-later"),
        ("GPL-3.0-only", "GPL-3.0-only"),
        ("GPL", "GPL-1.0-or-later"),
        ("Expat", "MIT"),
        ("expat", "MIT"),
        ("PD", "LicenseRef-public-domain"),
        ("BSD-3", "BSD-3-Clause"),
        ("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"),
        ("BSD-3-clause", "BSD-3-Clause"),
        ("bsd-2-clause~apple", "BSD-2-Clause"),
        ("GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl"),
        ("GPL-2+ or Artistic, and Expat", "(GPL-2.0-or-later OR Artistic-1.0-Perl) AND MIT"),
        ("GPL-2+ and Expat", "GPL-2.0-or-later AND MIT"),
        ("GPL-3+ with autoconf exception", "GPL-3.0-or-later WITH Autoconf-exception-3.0"),
        ("public-domain", "LicenseRef-public-domain"),
        ("GPL-2+ with strange exception", "LicenseRef-GPL-2-with-strange-exception"),
        ("BSD-3-clause or GPL-2", "BSD-3-Clause OR GPL-2.0-only"),
    ],
)
def test_debians_short_names(synopsis: str, expression: str) -> None:
    unknown: list[str] = []
    assert spdx_expression(synopsis, unknown) == expression
    assert not license_fault(expression)
    assert bool(unknown) == ("LicenseRef" in expression and synopsis != "PD")


def test_debians_file_and_the_text(tmp_path: Path) -> None:
    tree = source(tmp_path, {"COPYING": GPL2, "a.c": "/* SPDX-License-Identifier: GPL-2.0+ */"})
    text = FORMAT + paragraph("*", "GPL-2+") + paragraph("lib/*", "Expat") + paragraph("debian/*", "GPL-3+")
    found = find_licence(tree, text)
    assert (found.expression, found.files, found.checks) == ("GPL-2.0-or-later AND MIT", ("COPYING",), ())


def test_files_that_no_program_is_made_from_do_not_count(tmp_path: Path) -> None:
    tree = source(tmp_path, {"COPYING": GPL2})
    text = FORMAT + paragraph("*", "GPL-2") + paragraph("m4/* configure", "FSFULLR") + paragraph("install-sh", "X11")
    found = find_licence(tree, text)
    assert found.expression == "GPL-2.0-only"
    assert found.checks == ("not counted, for files that no program is made from: FSFULLR, X11.",)


def test_tags_that_disagree_are_to_be_checked(tmp_path: Path) -> None:
    tree = source(tmp_path, {"COPYING": GPL2, "a.c": "// SPDX-License-Identifier: BSD-2-Clause\n"})
    found = find_licence(tree, FORMAT + paragraph("*", "GPL-2"))
    assert found.expression == "GPL-2.0-only"
    assert found.checks == ("SPDX tags in the source also say BSD-2-Clause.",)


def test_texts_that_disagree_are_to_be_checked(tmp_path: Path) -> None:
    tree = source(tmp_path, {"LICENSE": "Apache License\n Version 2.0, January 2004\n"})
    assert find_licence(tree, FORMAT + paragraph("*", "GPL-2")).checks == (
        "the texts in the source read like Apache-2.0.",
    )


def test_a_file_in_free_form_leaves_it_to_the_tags(tmp_path: Path) -> None:
    tree = source(tmp_path, {"LICENSE": "x", "a.c": "/* SPDX-License-Identifier: GPL-2.0 */", "b.c": "", "doc/x.c": ""})
    found = find_licence(tree, "This package was debianized by somebody.\n")
    assert found.expression == "GPL-2.0-only"
    assert found.checks == ("from the SPDX tags in the source, for Debian's file is in free form.",)


@pytest.mark.parametrize(
    ("files", "expression"),
    [
        ({"COPYING": GPL2, "a.c": "/* either version 2, or (at your option) any later version */"}, "GPL-2.0-or-later"),
        ({"COPYING": GPL2, "a.c": "/* version 2 */"}, "GPL-2.0-only"),
        ({"LICENSE": MIT}, "MIT"),
        ({"LICENSE": "Redistribution and use in source and binary forms"}, "BSD-2-Clause"),
        (
            {"LICENSE": "Redistribution and use in source and binary forms\n3. Neither the name of"},
            "BSD-3-Clause",
        ),
        ({"LICENSE": "All rights reserved."}, "LicenseRef-unknown"),
    ],
)
def test_words_of_texts_come_last(tmp_path: Path, files: dict[str, str], expression: str) -> None:
    found = find_licence(source(tmp_path, files))
    assert found.expression == expression
    assert found.checks


def test_pkg_info(tmp_path: Path) -> None:
    tree = source(tmp_path, {"PKG-INFO": "Name: x\nLicense-Expression: BSD-3-Clause\n", "LICENSE": "x"})
    assert find_licence(tree).expression == "BSD-3-Clause"


def test_a_source_without_a_text_is_to_be_checked(tmp_path: Path) -> None:
    found = find_licence(tmp_path, FORMAT + paragraph("*", "Expat"))
    assert found.files == () and found.checks == ("there is no file with the text at the top of the source.",)
