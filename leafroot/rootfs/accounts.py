# SPDX-License-Identifier: Apache-2.0
"""Users and groups as data, and the /etc/passwd, /etc/group and /etc/shadow that come of them.

The formats are those of passwd(5), group(5) and shadow(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from leafroot.errors import LeafrootError
from leafroot.rootfs.tree import File, Layer

# No password opens an account with this; an SSH key still may.
LOCKED = "!"
# The highest id means "unchanged" to chown(2).
ID_MAX = 0xFFFFFFFE

_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
# What crypt(5) gives, "$method$...", locked or not; or no password that could be typed.
_HASH = re.compile(r"|[!*]|!?\$[0-9a-z]+\$[./0-9A-Za-z$=,]+")


@dataclass(frozen=True)
class Group:
    """A group."""

    name: str
    gid: int


@dataclass(frozen=True)
class User:
    """A user, locked unless a password's hash is given.

    The primary group has the user's name, and the user's id too unless it is declared with another.
    `password` is LOCKED, crypt(5)'s hash, or empty: then whoever reaches the login prompt is in.
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
    """Users and groups that agree with each other, by name; `settle_accounts` makes them."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]

    def passwd(self) -> str:
        """The text of /etc/passwd, by uid."""
        return "".join(
            f"{user.name}:x:{user.uid}:{self.groups[user.name].gid}::{user.home}:{user.shell}\n"
            for user in self._by_uid()
        )

    def group(self) -> str:
        """The text of /etc/group, by gid; a user is not listed in the primary group."""
        groups = sorted(self.groups.values(), key=lambda group: group.gid)
        return "".join(f"{group.name}:x:{group.gid}:\n" for group in groups)

    def shadow(self) -> str:
        """The text of /etc/shadow, by uid; no password ages, for that would put a day into the image."""
        return "".join(f"{user.name}:{user.password}:::::::\n" for user in self._by_uid())

    def layer(self, owner: str) -> Layer:
        """The three files as a layer, the shadow for root's eyes only."""
        return Layer(
            owner,
            {
                "etc/passwd": File(self.passwd().encode()),
                "etc/group": File(self.group().encode()),
                "etc/shadow": File(self.shadow().encode(), 0o600),
            },
        )

    def _by_uid(self) -> list[User]:
        return sorted(self.users.values(), key=lambda user: user.uid)


def settle_accounts(users: Iterable[User], groups: Iterable[Group] = ()) -> Accounts:
    """Check users and groups against each other, and give each user a group.

    Equal declarations count once, so that packages may share a user.
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
                f"{account.name!r} is no {kind}'s name",
                hint="It begins with a lower case letter or _; digits and - may follow; 31 are the most.",
            )
        other = found.setdefault(account.name, account)
        differing = [
            field.name for field in fields(account) if getattr(other, field.name) != getattr(account, field.name)
        ]
        if differing:
            ways = [", ".join(f"{field}={getattr(one, field)!r}" for field in differing) for one in (other, account)]
            raise LeafrootError(f"declared twice: with {ways[0]} and with {ways[1]}", f"{kind} {account.name}")
    return found


def _check_user(user: User) -> None:
    where = f"user {user.name}"
    if user.name == ROOT_USER.name and user.uid != 0:
        raise LeafrootError(f"root has uid 0, not {user.uid}", where)
    for field, text in (("home", user.home), ("shell", user.shell)):
        if re.search(r"[:\n\0]", text):
            raise LeafrootError(f"{field} {text!r} has a colon, a line's end or a NUL in it", where)
        if not text.startswith("/"):
            raise LeafrootError(f"{field} {text!r} is no absolute path", where)
    if not _HASH.fullmatch(user.password):
        # The text itself is not shown: it may be the password, and messages end up in logs.
        raise LeafrootError("the password is not a hash of crypt(5)", where, "Make one with: openssl passwd -6")


def _check_ids(ids: Mapping[str, int], kind: str) -> None:
    holders: dict[int, str] = {}
    for name, number in sorted(ids.items()):
        if not 0 <= number <= ID_MAX:
            raise LeafrootError(f"{kind} {number} of {name} is out of range", hint=f"Ids are 0 to {ID_MAX}.")
        if holders.setdefault(number, name) != name:
            raise LeafrootError(f"{holders[number]} and {name} both have {kind} {number}")
