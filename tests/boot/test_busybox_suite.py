# SPDX-License-Identifier: Apache-2.0
"""busybox's own test suite in the guest, on both sizes of busybox: every result is the one that is listed.

The lists are tests/boot/busybox/<size>.txt (see expected_results.py). A skipped test needs no reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.describe.arches import ARCHES
from leafroot.guest.qemu import Guest
from tests.boot.conftest import Console
from tests.boot.expected_results import PASS, differences, listed
from tests.performing import emulators

ROOT = Path(__file__).parents[2]
TREE = Path(__file__).parent / "busybox"
# Passed at least: the suite was not cut short.
LEAST = {"full": 950, "small": 570}
NO_REASON = ("SKIPPED: ", "UNTESTED: ")
_RESULT = re.compile(r"^busyboxtest: ((?:PASS|FAIL|SKIPPED|UNTESTED|LEFT OUT): .*)$", re.MULTILINE)
ANSWER = """\
#!/bin/sh
# Answers one HTTP request on its standard input.
while IFS= read -r line; do [ "${#line}" -gt 1 ] || break; done
printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 6\\r\\n\\r\\nhello\\n'
"""


def results(console: str) -> Counter[str]:
    """How often each result was printed."""
    return Counter(line.strip() for line in _RESULT.findall(console.replace("\r", "")))


def test_every_difference_from_the_list_is_told() -> None:
    console = "busyboxtest: PASS: a\r\nbusyboxtest: FAIL: b\r\nnoise\nbusyboxtest: SKIPPED: c\nbusyboxtest: PASS: d\n"
    assert differences(results(console), listed("FAIL: b  # known\nSKIPPED: c\n", NO_REASON)) == []
    assert differences(results(console), listed("FAIL: b  # known\nFAIL: d  # was so\n")) == [
        "not in the list: SKIPPED: c",
        "in the list, but not seen: FAIL: d",
    ]
    with pytest.raises(AssertionError, match="no reason: FAIL: b"):
        listed("FAIL: b\n")


@pytest.mark.slow
@pytest.mark.parametrize("size", sorted(LEAST))
def test_busyboxs_own_tests(
    scons: Callable[..., str], console_of: Callable[..., Console], tmp_path: Path, size: str
) -> None:
    fragment = tmp_path / "busybox.config"
    fragment.write_text(f"CONFIG_PACKAGE_BUSYBOX_SIZE_{size.upper()}=y\nCONFIG_PACKAGE_BUSYBOXTEST=y\n")
    output = f"output/test/busybox-{size}"
    where = ["BOARD=qemu_x86_64", "KERNEL=6.12", "BOOT=nullfs", "TOOLCHAIN=source", f"OUTPUT={output}"]
    scons(*where, f"EXTERNAL={TREE}", f"CONFIG={fragment}", "boot-files")
    made, arch = ROOT / output / "qemu_x86_64", ARCHES["x86_64"]
    guest = Guest(
        arch.qemu,
        arch.emulation,
        512,
        kernel=made / "kernel",
        initrd=made / "images" / "rootfs.cpio.zst",
        emulators=emulators(),
    )
    answer = tmp_path / "answer"
    answer.write_text(ANSWER)
    answer.chmod(0o755)
    argv = guest.argv("busyboxtest")
    network = argv.index("user,id=net0")
    argv[network] += f",guestfwd=tcp:10.0.2.100:80-cmd:{answer}"
    console = console_of(argv)
    console.expect("busyboxtest: end", timeout=3600)
    seen = results(console.seen)
    print(Counter(line.partition(":")[0] for line in seen.elements()))
    assert differences(seen, listed((TREE / f"{size}.txt").read_text(), NO_REASON)) == []
    assert sum(count for line, count in seen.items() if line.startswith(PASS)) >= LEAST[size]
