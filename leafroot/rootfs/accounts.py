# SPDX-License-Identifier: Apache-2.0
"""Users and groups as data, and /etc/passwd, /etc/group and /etc/shadow made from them.

The formats are those of passwd(5), group(5) and shadow(5).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from leafroot.errors import LeafrootError, printable
from leafroot.rootfs.passwords import MAKE_ONE, account_fault
from leafroot.rootfs.tree import File, Layer

# No password can log in to such an account; an SSH key still can.
LOCKED = "!"
# The highest id means "unchanged" to chown(2).
ID_MAX = 0xFFFFFFFE

# Folders of the system: an account may have one of them as its home, but it belongs to root.
_OF_SYSTEM = re.compile(
    r"|(bin|boot|dev|etc|lib|proc|run|sbin|sys|usr)(/.*)?|home|media|mnt|nonexistent|opt|root|tmp"
    r"|var(/(cache|empty|lib|log|run|spool|tmp))?"
)
_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")


_FIELDS = {"passwd": 7, "group": 4, "shadow": 9}
_EXAMPLES = {"passwd": "root:x:0:0:root:/root:/bin/sh", "group": "root:x:0:", "shadow": "root:*:::::::"}


def file_fault(name: str, text: str) -> tuple[int, str, str] | None:
    """What is wrong with an /etc/passwd, group or shadow that somebody wrote: line number, message, and what to do.

    musl and busybox pass over a line that has another form, so that nobody of that name could log in.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.endswith("\r"):
            return number, "the line ends in CR and LF", "Save the file with LF."
        parts = line.split(":")
        if len(parts) != _FIELDS[name]:
            return (
                number,
                f"the line has {len(parts)} fields, and {name}(5) has {_FIELDS[name]}",
                f"Write it like this, with {_FIELDS[name] - 1} colons: {_EXAMPLES[name]}",
            )
        numbers = {"passwd": parts[2:4], "group": parts[2:3], "shadow": []}[name]
        if bad := next((one for one in numbers if not one.isdecimal() or int(one) > ID_MAX), None):
            return number, f"{printable(bad)!r} is not the number of a user or group", f"For example: {_EXAMPLES[name]}"
        if not parts[0]:
            return number, "the line has no name", f"For example: {_EXAMPLES[name]}"
        if parts[0] in seen:
            return number, f"{printable(parts[0])!r} is also in line {seen[parts[0]]}", "Delete one of the lines."
        seen[parts[0]] = number
    if "root" not in seen:
        return 1, f"root is not in it, and this file takes the place of the whole {name}", f"Add: {_EXAMPLES[name]}"
    return None


@dataclass(frozen=True)
class Group:
    """A group."""

    name: str
    gid: int


@dataclass(frozen=True)
class User:
    """A user; the account is locked unless the hash of a password is given.

    The primary group has the user's name; it also has the user's id unless it is declared with another. `password` is
    LOCKED, a hash that login can check (leafroot/rootfs/passwords.py), or empty: then anybody can log in.
    """

    name: str
    uid: int
    home: str = "/"
    shell: str = "/bin/false"
    password: str = LOCKED


ROOT_USER = User("root", 0, home="/root", shell="/bin/sh")

Account = TypeVar("Account", User, Group)


@dataclass(frozen=True)
class Accounts:
    """Users and groups by name, without conflicts; `settle_accounts` makes them."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]

    def passwd(self) -> str:
        """The text of /etc/passwd, by uid."""
        return "".join(
            f"{user.name}:x:{user.uid}:{self.groups[user.name].gid}::{user.home}:{user.shell}\n"
            for user in self._by_uid()
        )

    def group(self) -> str:
        """The text of /etc/group, by gid; it does not list users in their primary groups."""
        groups = sorted(self.groups.values(), key=lambda group: group.gid)
        return "".join(f"{group.name}:x:{group.gid}:\n" for group in groups)

    def shadow(self) -> str:
        """The text of /etc/shadow, by uid; passwords do not expire, since that would put a date into the image."""
        return "".join(f"{user.name}:{user.password}:::::::\n" for user in self._by_uid())

    def layer(self, owner: str) -> Layer:
        """The three files as a layer; only root may read /etc/shadow."""
        return Layer(
            owner,
            {
                "etc/passwd": File(self.passwd().encode()),
                "etc/group": File(self.group().encode()),
                "etc/shadow": File(self.shadow().encode(), 0o600),
            },
        )

    def homes(self) -> dict[str, tuple[int, int]]:
        """The homes to make, as (uid, gid) by path: those of one account alone, and not folders of the system."""
        found: dict[str, list[User]] = {}
        for user in self._by_uid():
            found.setdefault(posixpath.normpath(user.home).lstrip("/"), []).append(user)
        return {
            home: (users[0].uid, self.groups[users[0].name].gid)
            for home, users in found.items()
            if len(users) == 1 and not _OF_SYSTEM.fullmatch(home)
        }

    def _by_uid(self) -> list[User]:
        return sorted(self.users.values(), key=lambda user: user.uid)


def settle_accounts(users: Iterable[User], groups: Iterable[Group] = ()) -> Accounts:
    """Check users and groups against each other, and give each user a group.

    Equal declarations count as one, so packages may share a user.
    """
    people = _unite(users, "user")
    circles = _unite(groups, "group")
    for user in people.values():
        _check_user(user)
        circles.setdefault(user.name, Group(user.name, user.uid))
    _check_ids({name: user.uid for name, user in people.items()}, "uid")
    _check_ids({name: group.gid for name, group in circles.items()}, "gid")
    return Accounts(people, circles)


def _unite(declared: Iterable[Account], kind: str) -> dict[str, Account]:
    found: dict[str, Account] = {}
    for account in declared:
        if not _NAME.fullmatch(account.name):
            raise LeafrootError(
                f"{account.name!r} is not a valid {kind} name",
                hint="A name begins with a lower-case letter or _, also has digits and -, and is at most 31 long.",
            )
        other = found.setdefault(account.name, account)
        differing = [
            field.name for field in fields(account) if getattr(other, field.name) != getattr(account, field.name)
        ]
        if differing:
            ways = [", ".join(f"{field}={getattr(one, field)!r}" for field in differing) for one in (other, account)]
            raise LeafrootError(f"two declarations differ: {ways[0]}, and {ways[1]}", f"{kind} {account.name}")
    return found


def _check_user(user: User) -> None:
    where = f"user {user.name}"
    if user.name == ROOT_USER.name and user.uid != 0:
        raise LeafrootError(f"root must have uid 0, not {user.uid}", where)
    for field, text in (("home", user.home), ("shell", user.shell)):
        if re.search(r"[:\n\0]", text):
            raise LeafrootError(f"{field} {text!r} contains a colon, a newline or a NUL", where)
        if not text.startswith("/"):
            raise LeafrootError(f"{field} {text!r} is not an absolute path", where)
    if fault := account_fault(user.password):
        # The text is not shown: it may be the password itself, and messages end up in logs.
        raise LeafrootError(f"the password {fault}", where, MAKE_ONE)


def _check_ids(ids: Mapping[str, int], kind: str) -> None:
    holders: dict[int, str] = {}
    for name, number in sorted(ids.items()):
        if not 0 <= number <= ID_MAX:
            raise LeafrootError(f"{kind} {number} of {name} is out of range", hint=f"Ids are 0 to {ID_MAX}.")
        if holders.setdefault(number, name) != name:
            raise LeafrootError(f"{holders[number]} and {name} both have {kind} {number}")
