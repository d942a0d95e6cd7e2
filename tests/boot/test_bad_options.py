# SPDX-License-Identifier: Apache-2.0
"""An option that was asked for and does not hold: told by the parser of the very tree, before anything is compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
