# SPDX-License-Identifier: Apache-2.0
"""Makes the lock files of build roots: every Debian package that a root needs, for one processor of build machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from leafroot.debian.apt import Apt, licenses_of
from leafroot.describe.archive import Archive, DebianPackage
from leafroot.describe.build_root import BuildRoot, with_beside
from leafroot.describe.unit import Unit
from leafroot.store.trees import Store
from leafroot.units.lock import lock_text

# What administers an installed system: packages, their configuration, users, services. In a build root nobody logs in,
# and nothing is installed or configured. A root has one of these only if it names it.
_SYSTEM_ONLY = frozenset(
    {
        *("adduser", "base-files", "base-passwd", "debconf", "debianutils", "dpkg", "hostname", "init-system-helpers"),
        *("libaudit-common", "libaudit1", "libdebconfclient0", "libpam-modules", "libpam-modules-bin"),
        *("libpam-runtime", "libpam0g", "libsemanage-common", "libsemanage2", "libsepol2", "login", "login.defs"),
        *("media-types", "netbase", "passwd", "sensible-utils", "sysvinit-utils", "tzdata"),
    }
)

Roots = Mapping[str, Unit[BuildRoot]]


def lock_roots(
    roots: Roots, apt: Apt, store: Store, fetch: Callable[[Sequence[Archive]], object]
) -> dict[str, list[DebianPackage]]:
    """The packages that each root's lock file pins, sorted by name, with their licences; `apt` knows one processor."""
    closures: dict[str, dict[str, DebianPackage]] = {}
    for name in roots:
        described = [roots[one].value for one in with_beside(roots, [name])]
        asked = [package for root in described for package in root.packages]
        without = _SYSTEM_ONLY.difference(asked).union(*(root.leave_out for root in described))
        closures[name] = {one.name: one for one in apt.closure(asked) if one.name not in without}
    found: dict[str, list[DebianPackage]] = {}
    for name, closure in closures.items():
        fetch([one.archive for one in closure.values()])
        union = store.united([one.archive for one in closure.values()])
        others = {one for beside in roots[name].value.beside for one in closures[beside]}
        found[name] = [
            replace(one, license=licenses_of(one, union) or one.license)
            for key, one in closure.items()
            if key not in others
        ]
    return found


def lock_of(packages: Sequence[DebianPackage], name: str, processor: str, release: str) -> str:
    """The lock file of a root."""
    what = f"The build root {name!r} on {processor}, of Debian {release}."
    return lock_text(packages, f"scons lock RELEASE={release}", what)
