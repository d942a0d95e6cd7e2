# SPDX-License-Identifier: Apache-2.0
"""Hashes of passwords are accepted if the root's login can check them, and refused if it cannot."""

from __future__ import annotations

import subprocess

import pytest

from leafroot.rootfs.passwords import account_fault, file_fault, hash_fault

# Each is the hash of "secret"; the first three are what openssl passwd prints.
SHA512 = "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG."
SHA256 = "$5$abc$qsg6EHbUzHQzF1POlD7zUwBINSELQxypPaeDcZe6vH0"
MD5 = "$1$abc$iCQ2D3nhptRYi27fDYv2s1"
ROUNDS = f"$6$rounds=10000{SHA512[2:]}"
YESCRYPT = "$y$j9T$abcdefghijklmnopqrstu/$yLkJnFXlAtp8VWyFQ2gXs6BGPqcLCPqPxb8uZzCzhK1"
BCRYPT = f"$2b$05${'abcdefghijklmnopqrstuu'}{'x' * 31}"


@pytest.mark.parametrize("text", [SHA512, SHA256, MD5, ROUNDS, f"$6$${SHA512[-86:]}", f"$6$a-b_c!${SHA512[-86:]}"])
def test_a_hash_that_login_can_check_is_accepted(text: str) -> None:
    assert hash_fault(text) == ""


@pytest.mark.parametrize("method", ["-6", "-5", "-1"])
def test_every_hash_that_openssl_makes_is_accepted(method: str) -> None:
    for number in range(64):
        made = subprocess.run(
            ["openssl", "passwd", method, f"password {number}"], capture_output=True, text=True, check=True
        )
        assert hash_fault(made.stdout.strip()) == "", made.stdout


REFUSED = {
    "yescrypt": (YESCRYPT, "is a yescrypt hash ($y$), which busybox cannot check"),
    "gost-yescrypt": (YESCRYPT.replace("$y$", "$gy$"), "is a gost-yescrypt hash ($gy$), which busybox cannot check"),
    "scrypt": ("$7$CU..../....x$y", "is a scrypt hash ($7$), which busybox cannot check"),
    "bcrypt": (BCRYPT, "is a bcrypt hash ($2b$), which busybox cannot check"),
    "bcrypt of htpasswd": (
        BCRYPT.replace("$2b$", "$2y$"),
        "is a bcrypt hash ($2y$), which busybox cannot check",
    ),
    "unknown method": ("$9$salt$hash", "is a hash of an unknown method, which busybox cannot check"),
    "DES": ("ab1BFKwDcKSaU", "is a DES hash, which ignores all but 8 characters"),
    "password in clear": ("secret", "is not a crypt(5) hash"),
    "locked": (f"!{SHA512}", "is not a crypt(5) hash"),
    "cut off": (SHA512[:-1], "is not a whole SHA-512 hash: it has 85 of 86 characters after the salt"),
    "too long": (f"{SHA256}/", "is not a whole SHA-256 hash: it has 44 of 43 characters after the salt"),
    "salt alone": ("$6$abcdefgh", "is not a whole SHA-512 hash: it has 0 of 86 characters after the salt"),
    "line of shadow": (f"{MD5}:19000:", "is not a whole MD5 hash: it has 29 of 22 characters after the salt"),
    "character": (SHA512.replace("ltjg", "lt-g"), "is not an SHA-512 hash: it has a character that cannot be there"),
    "last character": (f"{SHA512[:-1]}z", "is not an SHA-512 hash: it has a character that cannot be there"),
    "newline": (f"{SHA256[:-1]}\n", "is not an SHA-256 hash: it has a character that cannot be there"),
    "long salt": (f"$1$123456789${MD5[-22:]}", "has a salt of 9 characters, but MD5 takes 8"),
    "salt with a colon": (
        f"$6$a:b${SHA512[-86:]}",
        "has a salt with a colon, a blank or a character that is not ASCII",
    ),
    "few rounds": (ROUNDS.replace("10000", "999"), "has a number of rounds that is not 1000 to 9999999"),
    "many rounds": (ROUNDS.replace("10000", "10000000"), "has a number of rounds that is not 1000 to 9999999"),
    "rounds with a zero": (ROUNDS.replace("10000", "010000"), "has a number of rounds that is not 1000 to 9999999"),
    "rounds of MD5": (f"$1$rounds=1000{MD5[2:]}", "is not an MD5 hash: it has a number of rounds"),
}


@pytest.mark.parametrize(("text", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_hash_that_login_cannot_check_is_refused(text: str, fault: str) -> None:
    assert hash_fault(text) == fault


@pytest.mark.parametrize("field", ["", "x", "*", "!", "!!", "!*", "*LK*", f"!{SHA512}", SHA512])
def test_an_account_may_be_open_locked_or_refer_to_shadow(field: str) -> None:
    assert account_fault(field) == ""


def test_a_file_of_accounts_is_read_line_by_line() -> None:
    good = f"root:{SHA512}:19000:0:99999:7:::\ndaemon:*:::::::\nold:ab1BFKwDcKSaU:::::::\n\nno line\n"
    assert file_fault(good) is None
    assert file_fault(f"{good}web:!{YESCRYPT}:::::::\n") == (6, "web", REFUSED["yescrypt"][1])
