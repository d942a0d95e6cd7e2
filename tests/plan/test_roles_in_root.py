# SPDX-License-Identifier: Apache-2.0
"""Two packages of one role in a root: the files of the role come from the one that has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leafroot.own.root import WriteRoot
from leafroot.plan.board import Plan
from tests.plan.conftest import step_of

SCRIPTS = {"dropbear": "etc/init.d/S50dropbear", "openssh": "etc/init.d/S50sshd"}


@pytest.mark.parametrize("has", ["dropbear", "openssh", "none"])
def test_the_start_script_is_that_of_the_package_that_has_the_role(
    planned: Callable[..., Plan], tmp_path: Path, has: str
) -> None:
    fragment = tmp_path / "role.config"
    fragment.write_text(f"CONFIG_ROLE_SSH_SERVER_{has.upper()}=y\n")
    plan = planned(packages=["dropbear", "openssh"], fragments=[fragment])
    work = step_of(plan, "qemu_x86_64/rootfs.cpio").own
    assert isinstance(work, WriteRoot)
    left = {one.owner: one.without for one in work.layers if one.without}
    assert left == {f"package/{name}/files": (path,) for name, path in SCRIPTS.items() if name != has}
