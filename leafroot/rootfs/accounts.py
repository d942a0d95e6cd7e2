# SPDX-License-Identifier: Apache-2.0
"""Users and groups as data, and the /etc/passwd, /etc/group and /etc/shadow that come of them.

The formats are those of passwd(5), group(5) and shadow(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from leafroot.errors import LeafrootError, nearest
from leafroot.rootfs.tree import File, Layer

# No password opens an account with this; an SSH key still may.
LOCKED = "!"
# Whoever reaches the login prompt is in; never a default.
PASSWORDLESS = ""
# Where accounts that name no id get one: what Debian keeps for system accounts.
AUTOMATIC_IDS = range(100, 1000)
# The highest id means "unchanged" to chown(2).
ID_MAX = 0xFFFFFFFE

_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
# What crypt(5) gives, "$method$...", locked or not; or no password that could be typed.
_HASH = re.compile(r"|[!*]|!?\$[0-9a-z]+\$[./0-9A-Za-z$=,]+")


@dataclass(frozen=True)
class Group:
    """A group; `gid` None takes one of the automatic ids."""

    name: str
    gid: int | None = None


@dataclass(frozen=True)
class User:
    """A user, locked unless a password's hash is given; `uid` None takes one of the automatic ids.

    `group` is the primary group; by default one of the user's own name, and of the same id unless it is
    declared with another. `groups` are further ones. `password` is LOCKED, PASSWORDLESS or crypt(5)'s hash.
    """

    name: str
    uid: int | None = None
    group: str = ""
    home: str = "/"
    shell: str = "/bin/false"
    password: str = LOCKED
    groups: tuple[str, ...] = ()
    gecos: str = ""

    @property
    def primary(self) -> str:
        """The primary group's name."""
        return self.group or self.name


ROOT_USER = User("root", 0, home="/root", shell="/bin/sh")

Account = TypeVar("Account", User, Group)


@dataclass(frozen=True)
class Accounts:
    """Users and groups that agree with each other, and everyone's id; `settle_accounts` makes them."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]
    uids: Mapping[str, int]
    gids: Mapping[str, int]

    def passwd(self) -> str:
        """The text of /etc/passwd, by uid."""
        return "".join(
            f"{name}:x:{uid}:{self.gids[user.primary]}:{user.gecos}:{user.home}:{user.shell}\n"
            for name, uid in _by_id(self.uids)
            for user in (self.users[name],)
        )

    def group(self) -> str:
        """The text of /etc/group, by gid; a user is not listed in the primary group."""
        members = {
            group: ",".join(sorted(name for name, user in self.users.items() if group in user.groups))
            for group in self.groups
        }
        return "".join(f"{name}:x:{gid}:{members[name]}\n" for name, gid in _by_id(self.gids))

    def shadow(self) -> str:
        """The text of /etc/shadow, by uid; no password ages, for that would put a day into the image."""
        return "".join(f"{name}:{self.users[name].password}:::::::\n" for name, _ in _by_id(self.uids))

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


def settle_accounts(
    users: Iterable[User], groups: Iterable[Group] = (), known: Mapping[str, int] | None = None
) -> Accounts:
    """Check users and groups against each other and settle everyone's id.

    Root is added, locked, where nobody declares it. Equal declarations count once, so that packages may share
    a user. An id that is declared stands. A name without one keeps what `known` has for it (say, from an
    earlier release); else it takes, in the order of names, the lowest automatic id that is neither a uid nor
    a gid yet. So a new account moves no other one whose id is declared or known.
    """
    people = _unite(users, "user")
    people.setdefault(ROOT_USER.name, ROOT_USER)
    circles = _unite(groups, "group")
    for user in people.values():
        _check_user(user)
        if user.primary == user.name:
            circles.setdefault(user.name, Group(user.name, user.uid))
    for user in people.values():
        for name in (user.primary, *user.groups):
            if name not in circles:
                raise LeafrootError(f"there is no group {name!r}", f"user {user.name}", nearest(name, circles))
    uids = _declared({name: user.uid for name, user in people.items()}, "uid")
    gids = _declared({name: group.gid for name, group in circles.items()}, "gid")
    _add_automatic(people.keys() - uids.keys(), circles.keys() - gids.keys(), uids, gids, known or {})
    return Accounts(people, circles, uids, gids)


def _by_id(ids: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(ids.items(), key=lambda item: item[1])


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
    for field, text in (("gecos", user.gecos), ("home", user.home), ("shell", user.shell)):
        if re.search(r"[:\n\0]", text):
            raise LeafrootError(f"{field} {text!r} has a colon, a line's end or a NUL in it", where)
        if field != "gecos" and not text.startswith("/"):
            raise LeafrootError(f"{field} {text!r} is no absolute path", where)
    if not _HASH.fullmatch(user.password):
        # The text itself is not shown: it may be the password, and messages end up in logs.
        raise LeafrootError("the password is not a hash of crypt(5)", where, "Make one with: openssl passwd -6")


def _declared(ids: Mapping[str, int | None], kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    holders: dict[int, str] = {}
    for name, number in sorted(ids.items()):
        if number is None:
            continue
        if not 0 <= number <= ID_MAX:
            raise LeafrootError(f"{kind} {number} of {name} is out of range", hint=f"Ids are 0 to {ID_MAX}.")
        if holders.setdefault(number, name) != name:
            raise LeafrootError(f"{holders[number]} and {name} both have {kind} {number}")
        found[name] = number
    return found


def _add_automatic(
    users: set[str], groups: set[str], uids: dict[str, int], gids: dict[str, int], known: Mapping[str, int]
) -> None:
    """Give each name its id: one number for a user and the group of the same name."""
    names = sorted(users | groups)
    taken = {number: name for ids in (uids, gids) for name, number in ids.items()}
    for name in [name for name in names if name in known]:
        if taken.setdefault(known[name], name) != name:
            raise LeafrootError(f"{name} had the id {known[name]}, which {taken[known[name]]} has now")
    free = (number for number in AUTOMATIC_IDS if number not in taken)
    for name in names:
        number = known[name] if name in known else next(free, None)
        if number is None:
            raise LeafrootError(f"no id is left for {name}", hint="Declare ids: the automatic ones are all taken.")
        if name in users:
            uids[name] = number
        if name in groups:
            gids[name] = number
