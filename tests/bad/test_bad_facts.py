# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Licences, versions and accounts that are wrong, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import Code, SmallTree, package

ALPHA = "package/alpha/package.py"
BETA = "package/beta/package.py"

SPDX = "Use names from spdx.org/licenses, joined by AND, OR and WITH; 'LicenseRef-NAME' for any other."
VALID = "the valid characters are: letters and numbers, underscore, dot, colon or hyphen signs and spaces"
LICENSES = {
    "no name": ("Not A License!", f"Invalid license key: {VALID}: 'Not A License!'"),
    "nothing": ("", "it is empty"),
    "unknown name": ("GPLv2", "there is no licence 'GPLv2'"),
    "unknown among known": ("MIT AND BSD", "there is no licence 'BSD'"),
    "commas": ("MIT, ISC", f"Invalid license key: {VALID}: 'MIT,'"),
    "operator without an end": ("MIT OR", "OR requires two or more licenses as in: MIT OR BSD"),
    "open parenthesis": ("(MIT OR ISC", "Invalid expression"),
    "licence for an exception": (
        "MIT WITH ISC",
        'A plain license symbol cannot be used as an exception in a "WITH symbol" statement. for token: "ISC" at position: 9',
    ),
    "small letters": ("mit", "write 'MIT'"),
    "small operator": ("MIT and ISC", "write 'MIT AND ISC'"),
    "old name": ("GPL-2.0+", "write 'GPL-2.0-or-later'"),
    "space before it": (" MIT", "write 'MIT'"),
}


@pytest.mark.parametrize(("license_", "fault"), LICENSES.values(), ids=LICENSES)
def test_message_about_a_licence(license_: str, fault: str, tmp_path: Path) -> None:
    assert_refused(
        SmallTree(tmp_path, {ALPHA: package(license=license_)}),
        f"package/alpha/package.py:7: {license_!r} is not an SPDX licence expression: {fault}\n  {SPDX}",
    )


@pytest.mark.parametrize(
    "license_", ["MIT", "(MIT OR ISC) AND Zlib", "GPL-2.0-only WITH Linux-syscall-note", "LicenseRef-Acme-1 OR MIT"]
)
def test_a_valid_licence_is_accepted(license_: str, tmp_path: Path) -> None:
    SmallTree(tmp_path, {ALPHA: package(license=license_)}).catalog()


VERSION = "A version has letters, digits and . + ~ _ -, and begins with a letter or a digit."


@pytest.mark.parametrize("version", ["", "1.0 beta", "../1", "-1", "1/2", "1\n2", "{version}"])
def test_message_about_a_version(version: str, tmp_path: Path) -> None:
    assert_refused(
        SmallTree(tmp_path, {ALPHA: package(version=version)}),
        f"package/alpha/package.py:5: {version!r} is not a version\n  {VERSION}",
    )


@pytest.mark.parametrize("version", ["1", "1.20240424+ds-6", "2.0~rc1", "2024a", "1_2"])
def test_a_valid_version_is_accepted(version: str, tmp_path: Path) -> None:
    SmallTree(tmp_path, {ALPHA: package(version=version)}).catalog()


WWW = "[Account('www', 80, home='/srv')]"
ACCOUNTS = {
    "a blank in its name": (
        "[Account('ac me', 500)]",
        "the account 'ac me' is not valid: 'ac me' is not a valid user name\n"
        "  A name begins with a lower-case letter or _, also has digits and -, and is at most 31 long.",
    ),
    "no number": (
        "[Account('acme', -1)]",
        "the account 'acme' is not valid: uid -1 of acme is out of range\n  Ids are 0 to 4294967294.",
    ),
    "a home of nowhere": (
        "[Account('acme', 500, home='srv')]",
        "the account 'acme' is not valid: home 'srv' is not an absolute path",
    ),
    "a shell of two fields": (
        "[Account('acme', 500, shell='/bin/sh:x')]",
        "the account 'acme' is not valid: shell '/bin/sh:x' contains a colon, a newline or a NUL",
    ),
    "another number": (
        "[Account('www', 33)]",
        "the account 'www' (33) clashes with 'www' (80) of package 'alpha'\n"
        "  The other is in package/alpha/package.py:9. Give one of them another name or number.",
    ),
    "another name": (
        "[Account('web', 80)]",
        "the account 'web' (80) clashes with 'www' (80) of package 'alpha'\n"
        "  The other is in package/alpha/package.py:9. Give one of them another name or number.",
    ),
    "another home": (
        "[Account('www', 80)]",
        "the account 'www' (80) clashes with 'www' (80) of package 'alpha'\n"
        "  The other is in package/alpha/package.py:9. Give one of them another name or number.",
    ),
    "root": (
        "[Account('root', 100)]",
        "the account 'root' (100) clashes with 'root' (0), which is in every root\n  Give it another name or number.",
    ),
    "the number of a group": (
        "[Account('serial', 5)]",
        "the account 'serial' (5) clashes with 'tty' (5), which is in every root\n  Give it another name or number.",
    ),
}


@pytest.mark.parametrize(("accounts", "message"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_message_about_an_account(accounts: str, message: str, tmp_path: Path) -> None:
    files = {ALPHA: package(accounts=Code(WWW)), BETA: package(accounts=Code(accounts))}
    assert_refused(SmallTree(tmp_path, files), f"package/beta/package.py:9: {message}")


def test_two_packages_may_ask_for_the_same_account(tmp_path: Path) -> None:
    files = {name: package(accounts=Code(WWW)) for name in (ALPHA, BETA)}
    SmallTree(tmp_path, files).catalog()
