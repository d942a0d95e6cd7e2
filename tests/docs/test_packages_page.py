# SPDX-License-Identifier: Apache-2.0
"""The page of packages is what the catalog says."""

from leafroot.app.choices import packages_page
from leafroot.record.seen import read_seen
from leafroot.units.catalog import load_catalog
from tests.docs.page import ROOT


def test_the_page_of_packages_is_up_to_date() -> None:
    """If not: scons list FORMAT=markdown >docs/packages.md"""
    assert (ROOT / "docs/packages.md").read_text() == f"{packages_page(load_catalog(ROOT), read_seen(ROOT))}\n"
