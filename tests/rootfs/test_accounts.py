# SPDX-License-Identifier: Apache-2.0
"""Accounts give the three files, and conflicting ones are refused."""

from __future__ import annotations

import pytest

from leafroot.errors import LeafrootError
from leafroot.rootfs.accounts import LOCKED, ROOT_USER, Group, User, settle_accounts
from leafroot.rootfs.tree import File

WWW = User("www", 33, home="/srv")
HASH = f"$6$rounds=5000$salt${'abc./XYZ019' * 7}abcdefgh."


def test_the_files_have_the_formats_of_libc() -> None:
    settled = settle_accounts([WWW, User("guest", 1000), ROOT_USER], [Group("tty", 5), Group("guest", 100)])
    assert settled.passwd() == (
        "root:x:0:0::/root:/bin/sh\nwww:x:33:33::/srv:/bin/false\nguest:x:1000:100::/:/bin/false\n"
    )
    assert settled.group() == "root:x:0:\ntty:x:5:\nwww:x:33:\nguest:x:100:\n"
    assert settled.shadow() == "root:!:::::::\nwww:!:::::::\nguest:!:::::::\n"


@pytest.mark.parametrize(
    ("users", "shadow"),
    [
        ([ROOT_USER], "root:!:::::::\n"),
        ([User("root", 0, password="")], "root::::::::\n"),
        ([User("root", 0, password=HASH)], f"root:{HASH}:::::::\n"),
        ([User("root", 0, password="*")], "root:*:::::::\n"),
        ([User("root", 0, password="!" + HASH)], f"root:!{HASH}:::::::\n"),
    ],
    ids=["locked by default", "password-less when asked", "hash", "impossible", "locked hash"],
)
def test_root_gets_the_password_that_is_set(users: list[User], shadow: str) -> None:
    assert settle_accounts(users).shadow() == shadow


def test_only_root_may_read_the_shadow_file() -> None:
    nodes = settle_accounts([ROOT_USER]).layer("accounts").nodes
    modes = {path: node.mode for path, node in nodes.items() if isinstance(node, File)}
    assert modes == {"etc/passwd": 0o644, "etc/group": 0o644, "etc/shadow": 0o600}


def test_files_do_not_depend_on_the_order_of_declarations() -> None:
    users = [WWW, User("b", 7), User("c", 100)]
    groups = [Group("tty", 5), Group("audio", 29)]
    one, other = settle_accounts(users, groups), settle_accounts(users[::-1], groups[::-1])
    assert (one.passwd(), one.group(), one.shadow()) == (other.passwd(), other.group(), other.shadow())


def test_packages_may_share_a_user_with_equal_declarations() -> None:
    assert settle_accounts([WWW, WWW]).users == {"www": WWW}


BAD = {
    "a user twice": (
        [User("www", 33), User("www", 80, home="/srv")],
        [],
        "user www: two declarations differ: uid=33, home='/', and uid=80, home='/srv'",
    ),
    "a group twice": (
        [],
        [Group("tty", 5), Group("tty", 6)],
        "group tty: two declarations differ: gid=5, and gid=6",
    ),
    "one uid for two": ([User("a", 7), User("b", 7)], [], "a and b both have uid 7"),
    "one gid for two": ([User("a", 7)], [Group("b", 7)], "a and b both have gid 7"),
    "another root": ([ROOT_USER, User("toor", 0)], [], "root and toor both have uid 0"),
    "root with another id": ([User("root", 1)], [], "user root: root must have uid 0, not 1"),
    "bad name": (
        [User("Web:1", 7)],
        [],
        "'Web:1' is not a valid user name\n"
        "  A name begins with a lower-case letter or _, also has digits and -, and is at most 31 long.",
    ),
    "bad group": (
        [],
        [Group("x" * 32, 7)],
        f"'{'x' * 32}' is not a valid group name\n"
        "  A name begins with a lower-case letter or _, also has digits and -, and is at most 31 long.",
    ),
    "colon": (
        [User("a", 7, home="/x:y")],
        [],
        "user a: home '/x:y' contains a colon, a newline or a NUL",
    ),
    "line's end": (
        [User("a", 7, home="/\n")],
        [],
        "user a: home '/\\n' contains a colon, a newline or a NUL",
    ),
    "relative home": ([User("a", 7, home="srv")], [], "user a: home 'srv' is not an absolute path"),
    "relative shell": ([User("a", 7, shell="sh")], [], "user a: shell 'sh' is not an absolute path"),
    "id out of range": (
        [User("a", 0xFFFFFFFF)],
        [],
        "uid 4294967295 of a is out of range\n  Ids are 0 to 4294967294.",
    ),
    "password in clear": (
        [User("a", 7, password="secret")],
        [],
        "user a: the password is not a crypt(5) hash\n  Make one with: openssl passwd -6",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_conflicting_or_invalid_accounts_are_refused(case: str) -> None:
    users, groups, message = BAD[case]
    with pytest.raises(LeafrootError) as raised:
        settle_accounts(users, groups)
    assert str(raised.value) == message


def test_by_default_an_account_is_locked() -> None:
    assert User("x", 1).password == LOCKED != ""
