# SPDX-License-Identifier: Apache-2.0
"""The page about sources: its messages are those of the commands, its fields those of their output."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from leafroot.app.variables import VARIABLES
from leafroot.debian.apt import Offer
from leafroot.debian.releases import Releases
from leafroot.debian.survey import Row, Survey
from leafroot.describe.archive import Archive
from leafroot.errors import LeafrootError
from leafroot.fetch.fetch import Mirrors, fetch
from leafroot.host.progress import Progress
from leafroot.units.catalog import load_catalog
from tests.docs.page import ROOT, SOURCES_PAGE, block, code, spans, table

SAID_IN = ("leafroot/store/patching.py", "leafroot/debian/moving.py", "leafroot/debian/pins.py")


def test_every_message_of_the_table_is_one() -> None:
    said = "\n".join((ROOT / file).read_text() for file in SAID_IN)
    for row in table(SOURCES_PAGE, "message"):
        (message,) = code(row[0])
        # A name stands for what the message has in its place.
        assert re.search(re.escape(message).replace("NAME", r"\{[^}]+\}"), said), message


def test_every_field_of_the_output_is_named() -> None:
    assert {field.name for field in fields(Row)} <= set(spans(SOURCES_PAGE))


def test_the_mirrors_of_the_table_are_variables() -> None:
    named = [name.partition("=")[0] for row in table(SOURCES_PAGE, "variable") for name in code(row[0])]
    assert named == ["PRIMARY_MIRROR", "BACKUP_MIRROR", "OFFLINE"] and set(named) <= set(VARIABLES)


def test_a_lost_file_is_told_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = block(SOURCES_PAGE, "lost file")
    mirror = f"file:{tmp_path}/debian"
    offer = Offer("linux", "6.12.117-1", {"pool/main/l/linux/linux_6.12.117.orig.tar.xz": "0" * 64})
    monkeypatch.setattr(Survey, "offers", {"trixie": [offer]})
    series = load_catalog(ROOT).series["6.12"]
    survey = Survey([series], [], Releases(tmp_path, "trixie", mirror, print))
    lost = Archive("debian:pool/main/l/linux/linux_6.12.90.orig.tar.xz", series.value.archive.sha256)
    mirrors = Mirrors(mirror, instead_of=survey.instead_of)
    with pytest.raises(LeafrootError) as caught:
        fetch(lost, tmp_path, mirrors=mirrors, progress=Progress())
    # The page has a web server's words.
    found = str(caught.value).replace(mirror, "http://deb.example/debian")
    assert found.replace("No such file or directory", "HTTP 404 Not Found").splitlines() == shown
