# SPDX-License-Identifier: Apache-2.0
"""Hashes of passwords: which of them the root's login can check.

busybox checks them with its own crypt(3) (CONFIG_USE_BB_CRYPT_SHA; libbb/pw_encrypt.c in its source): MD5, SHA-256,
SHA-512, and DES for everything else. It never says that it does not know a method: the login is just incorrect. musl's
crypt(3) takes the same hashes and bcrypt. The formats are those of crypt(5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAKE_ONE = "Make one with: openssl passwd -6"
"""What to do next, for a message about a hash."""


@dataclass(frozen=True)
class _Method:
    """A method that can be checked.

    `salt` is the longest salt, `length` the number of characters after it. The last one has fewer bits than the
    others, so `last` are the characters that it can be. `rounds` says whether their number can be given.
    """

    name: str
    salt: int
    length: int
    last: str
    rounds: bool = False


_METHODS = {
    "1": _Method("MD5", salt=8, length=22, last="./01"),
    "5": _Method("SHA-256", salt=16, length=43, last="./0-9A-D", rounds=True),
    "6": _Method("SHA-512", salt=16, length=86, last="./01", rounds=True),
}
_OTHERS = {
    "2": "bcrypt",
    "2a": "bcrypt",
    "2b": "bcrypt",
    "2x": "bcrypt",
    "2y": "bcrypt",
    "3": "NT",
    "7": "scrypt",
    "argon2id": "Argon2",
    "gy": "gost-yescrypt",
    "md5": "SunMD5",
    "sha1": "SHA-1",
    "sm3": "SM3",
    "y": "yescrypt",
}
_HASH = re.compile(r"\$(?P<id>[^$]+)\$(rounds=(?P<rounds>[^$]*)\$)?(?P<salt>[^$]*)(\$(?P<digest>.*))?", re.DOTALL)
_DES = re.compile(r"[./0-9A-Za-z]{13}")
# busybox takes more rounds, but musl does not (ROUNDS_MAX in src/crypt/crypt_sha512.c). A number outside of the range,
# or with zeros before it, is changed before it is compared.
_ROUNDS = range(1000, 9_999_999 + 1)


def hash_fault(text: str) -> str:
    """Why the root's login cannot check this hash, as the end of a sentence about it; "" if it can.

    The hash is not in the answer: people write the password itself by mistake, and messages end up in logs.
    """
    found = _HASH.fullmatch(text)
    if not found:
        return "is a DES hash, which ignores all but 8 characters" if _DES.fullmatch(text) else "is not a crypt(5) hash"
    method = _METHODS.get(found["id"])
    if method is None:
        name = _OTHERS.get(found["id"])
        what = f"is a {name} hash (${found['id']}$)" if name else "is a hash of an unknown method"
        return f"{what}, which busybox cannot check"
    if found["rounds"] is not None and not method.rounds:
        return f"is not an {method.name} hash: it has a number of rounds"
    if found["rounds"] is not None and not _are_rounds(found["rounds"]):
        return f"has a number of rounds that is not {_ROUNDS[0]} to {_ROUNDS[-1]}"
    if len(found["salt"]) > method.salt:
        return f"has a salt of {len(found['salt'])} characters, but {method.name} takes {method.salt}"
    if not re.fullmatch(r"[!-9;-~]*", found["salt"]):
        return "has a salt with a colon, a blank or a character that is not ASCII"
    digest = found["digest"] or ""
    if len(digest) != method.length:
        return f"is not a whole {method.name} hash: it has {len(digest)} of {method.length} characters after the salt"
    if not re.fullmatch(rf"[./0-9A-Za-z]+[{method.last}]", digest):
        return f"is not an {method.name} hash: it has a character that cannot be there"
    return ""


def _are_rounds(text: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{3,6}", text) is not None and int(text) in _ROUNDS


def account_fault(field: str) -> str:
    """`hash_fault` of the password field of shadow(5) or passwd(5): it may be empty, locked, or refer to shadow(5)."""
    if field in ("", "x") or field.startswith("*"):
        return ""
    locked = field.lstrip("!")
    return hash_fault(locked) if locked and locked != "*" else ""


def file_fault(text: str) -> tuple[int, str, str] | None:
    """The first line of a shadow(5) or passwd(5) file whose password cannot be checked: its number, user and fault.

    A DES hash can be checked, so what somebody else wrote may have one.
    """
    for number, line in enumerate(text.splitlines(), 1):
        user, colon, rest = line.partition(":")
        field = rest.partition(":")[0]
        if colon and not _DES.fullmatch(field) and (fault := account_fault(field)):
            return number, user, fault
    return None
