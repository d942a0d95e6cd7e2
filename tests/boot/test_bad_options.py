# SPDX-License-Identifier: Apache-2.0
"""What a board asks of the kernel and it does not have: told from its very source, before anything is compiled."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]

PACKAGE = '''"""A package that asks the kernel for what it cannot have."""

from leafroot import Files, Package

package = Package(version="1", license="MIT", build=Files(), kernel=["E1000", "NO_SUCH_OPTION"])
'''

SAID = """\
package/asks/package.py: CONFIG_E1000=y was asked for, but it is n.
  It depends on NETDEVICES (=y) && ETHERNET (=n) && NET_VENDOR_INTEL (=n) && PCI (=y) && HAS_IOPORT (=y)
"""
SAID_UNKNOWN = """\
package/asks/package.py: CONFIG_NO_SUCH_OPTION=y was asked for, but it is n.
  There is no such option in this version.
"""


def test_a_kernel_option_that_does_not_hold_names_who_asked_and_why(scons: Callable[..., str], tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "package" / "asks" / "files").mkdir(parents=True)
    (tree / "package" / "asks" / "package.py").write_text(PACKAGE)
    (tree / "package" / "asks" / "files" / "x").write_text("x")
    fragment = tmp_path / "asks.config"
    fragment.write_text("CONFIG_PACKAGE_ASKS=y\n")
    output = tmp_path / "output"
    printed = scons(
        "BOARD=qemu_x86_64",
        "TOOLCHAIN=debian",
        f"EXTERNAL={tree}",
        f"CONFIG={fragment}",
        f"OUTPUT={output}",
        str(output / "qemu_x86_64" / "linux.config"),
        status=2,
    )
    printed = printed.replace(f"{tree}/", "")
    assert SAID in printed
    assert SAID_UNKNOWN in printed
    assert "Traceback" not in printed
    assert not (output / "qemu_x86_64" / "linux.config").exists()


BOARD_OF_TWO = """\
\"\"\"A board whose last fragment takes back what the one before it says.\"\"\"

from leafroot import Board, Kernel

FRAGMENTS = ["linux.config", "first.config", "second.config"]

board = Board(arch="x86_64", kernel=Kernel("6.12", config=FRAGMENTS), boot="nullfs", memory=128)
"""


def test_a_later_fragment_counts_and_what_is_asked_last_must_hold(scons: Callable[..., str], tmp_path: Path) -> None:
    folder = tmp_path / "tree" / "board" / "two"
    folder.mkdir(parents=True)
    (folder / "board.py").write_text(BOARD_OF_TWO)
    shutil.copy(ROOT / "board" / "qemu_x86_64" / "linux.config", folder)
    (folder / "first.config").write_text("CONFIG_INET_DIAG=y\nCONFIG_NO_SUCH_OPTION=y\nCONFIG_NO_OTHER_OPTION=y\n")
    (folder / "second.config").write_text("# CONFIG_INET_DIAG is not set\n# CONFIG_NO_SUCH_OPTION is not set\n")
    output = tmp_path / "output"
    config = output / "two" / "linux.config"
    words = ("BOARD=two", "TOOLCHAIN=debian", f"EXTERNAL={tmp_path / 'tree'}", f"OUTPUT={output}", str(config))
    said = scons(*words, status=2).replace(f"{tmp_path / 'tree'}/", "")
    assert "board/two/first.config:3: CONFIG_NO_OTHER_OPTION=y was asked for, but it is n." in said, said
    assert said.count("was asked for") == 1, said
    (folder / "first.config").write_text("CONFIG_INET_DIAG=y\n")
    scons(*words)
    assert "# CONFIG_INET_DIAG is not set" in config.read_text()


BOARD = """\
\"\"\"A board with a device tree that is not there.\"\"\"

from leafroot import Board, Kernel

board = Board(
    arch="aarch64",
    kernel=Kernel("6.12", config=[], device_tree="broadcom/bcm2711-rpi-4-z", overlays=["console"]),
    boot="nullfs",
    memory=512,
)
"""

SAID_TREES = """\
board/lost/board.py: this kernel has no arch/arm64/boot/dts/broadcom/bcm2711-rpi-4-z.dts
  Available beside it: bcm2711-rpi-4-b.dts bcm2711-rpi-400.dts bcm2711-rpi-cm4-io.dts
board/lost/board.py: this kernel has no arch/arm64/boot/dts/broadcom/console.dtso
  For an overlay of your own, add the file overlays/console.dtso to the folder of the board.
"""


def test_a_device_tree_that_the_kernel_does_not_have(scons: Callable[..., str], tmp_path: Path) -> None:
    folder = tmp_path / "tree" / "board" / "lost"
    folder.mkdir(parents=True)
    (folder / "board.py").write_text(BOARD)
    words = ["BOARD=lost", f"EXTERNAL={tmp_path / 'tree'}", f"OUTPUT={tmp_path / 'output'}", "-j1"]
    printed = scons(*words, status=2)
    # One at a time, the check comes first: no compiler is built for a board that cannot be.
    assert printed.startswith(f"leafroot: device tree sources: {SAID_TREES}"), printed
    assert "steps built" not in printed
