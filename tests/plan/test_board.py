# SPDX-License-Identifier: Apache-2.0
"""Plans of boards: what is built, in which order, and what a change touches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leafroot.describe.patch import Patch
from leafroot.kconfig.config import Config
from leafroot.own.manifest import WriteManifest
from leafroot.plan.board import Plan
from leafroot.plan.cmdline import cmdline_txt, command_line
from leafroot.step import Digests, Output, Source, needed
from tests.plan.conftest import paths, step_of

ROOT = Path(__file__).parents[2]
Planned = Callable[..., Plan]

SERVED = [("6.12", "nullfs"), ("6.12", "leaf-tmpfs"), ("6.12", "rootfs"), ("7.2", "nullfs"), ("7.2", "leaf-tmpfs")]


def changed(before: Plan, after: Plan) -> set[str]:
    """The places of outputs whose steps differ, or read one that does."""
    old = {step.output.path: step.description for step in before.steps}
    found: set[str] = set()
    for one in after.steps:
        if old.get(one.output.path) != one.description or found & set(paths(one.reads())):
            found.add(one.output.path)
    return found


@pytest.mark.parametrize("toolchain", ["source", "debian"])
@pytest.mark.parametrize(("kernel", "boot"), SERVED)
def test_every_step_comes_after_what_it_reads(planned: Planned, kernel: str, boot: str, toolchain: str) -> None:
    plan = planned(kernel=kernel, boot=boot, toolchain=toolchain)
    made: set[Output] = set()
    for one in plan.steps:
        assert set(one.follows()) <= made, one.output
        assert one.output.path not in paths(made)
        made.add(one.output)
    named = {plan.image, plan.root, plan.manifest, plan.kernel, plan.legal_info.artefact, *plan.checks, *plan.images}
    assert named <= made


def test_a_plan_is_the_same_each_time(planned: Planned) -> None:
    assert [one.description for one in planned().steps] == [one.description for one in planned().steps]


def test_another_boot_mode_links_the_kernel_and_compiles_none(planned: Planned) -> None:
    assert changed(planned(boot="nullfs"), planned(boot="leaf-tmpfs")) == {
        "qemu_x86_64/kernel",
        # /init looks for the mode, so the root differs by a few lines.
        "qemu_x86_64/rootfs.cpio",
        "qemu_x86_64/elf.json",
        "qemu_x86_64/sizes.txt",
        "qemu_x86_64/images/rootfs.cpio.zst",
        "qemu_x86_64/slot-size",
        "qemu_x86_64/kernel-with-slot",
        "qemu_x86_64/images/bzImage",
        "qemu_x86_64/images/manifest.json",
    }


def test_another_series_leaves_toolchain_and_packages_alone(planned: Planned) -> None:
    touched = changed(planned(kernel="6.12"), planned(kernel="7.2"))
    assert not {output for output in touched if not output.startswith("qemu_x86_64/")}


def test_gcc_is_configured_once_and_before_musl(planned: Planned) -> None:
    plan = planned(toolchain="source")
    gcc = step_of(plan, "x86_64-leafroot-linux-musl/gcc.tar.zst")
    configures = [command for command in gcc.commands if command[0] == "/src/configure"]
    assert len(configures) == 1
    assert not [path for path in paths(gcc.reads()) if path.endswith("/musl.tar.zst")]


def test_the_external_toolchain_compiles_no_compiler(planned: Planned) -> None:
    outputs = {one.output.name for one in planned(toolchain="debian").steps}
    assert "musl.tar.zst" in outputs
    assert not outputs & {"gcc.tar.zst", "binutils.tar.zst", "gmp.tar.zst"}


@pytest.mark.parametrize(
    ("kernel", "boot", "words"),
    [
        ("6.12", "nullfs", "console=ttyS0,115200 nullfs_rootfs"),
        ("6.12", "leaf-tmpfs", "console=ttyS0,115200 nonroot_initramfs"),
        ("6.12", "rootfs", "console=ttyS0,115200"),
        ("7.2", "nullfs", "console=ttyS0,115200"),
        ("7.2", "leaf-tmpfs", "console=ttyS0,115200 nonroot_initramfs"),
    ],
)
def test_the_command_line_asks_for_the_mode(
    configured: Callable[..., Config], kernel: str, boot: str, words: str
) -> None:
    assert command_line(configured(kernel=kernel, boot=boot)) == words
    # What is built in is not said again: pairs like hugepagesz= and hugepages= would be there twice.
    assert cmdline_txt(configured(kernel=kernel, boot=boot)) == "console=ttyS0,115200\n"


@pytest.mark.parametrize(("kernel", "boot"), SERVED)
def test_every_patch_of_the_series_is_applied_whatever_the_mode(planned: Planned, kernel: str, boot: str) -> None:
    plan = planned(kernel=kernel, boot=boot)
    every = tuple(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(f"linux/{kernel}/patches/*.patch")))
    for output in ("linux.config", "linux.tar.zst", "kernel", "kernel-with-slot"):
        (source,) = (item for item in step_of(plan, f"qemu_x86_64/{output}").inputs if isinstance(item, Source))
        assert source.patches == tuple(Patch(path) for path in every)
    manifest = step_of(plan, "qemu_x86_64/images/manifest.json").own
    assert isinstance(manifest, WriteManifest)
    assert manifest.kernel.patches == every


@pytest.mark.parametrize(
    ("kernel", "boot", "words"),
    [
        ("6.12", "nullfs", "nullfs_rootfs initramfs_options=size=60%"),
        ("6.12", "leaf-tmpfs", "nonroot_initramfs=size=60%"),
        ("6.12", "rootfs", "initramfs_options=size=60%"),
        ("7.2", "nullfs", "initramfs_options=size=60%"),
    ],
)
def test_the_size_of_the_root_is_a_parameter_of_the_boot_mode(
    configured: Callable[..., Config], kernel: str, boot: str, words: str
) -> None:
    config = configured(kernel=kernel, boot=boot)
    assert "size=" not in command_line(config)
    assert command_line(replace(config, root_size="60%")).split()[1:] == words.split()


def test_the_images_do_not_wait_for_a_kernel_without_a_root(planned: Planned) -> None:
    plan = planned()
    (manifest,) = (one for one in plan.steps if one.output == plan.manifest)
    (digests,) = (item.steps for item in manifest.inputs if isinstance(item, Digests))
    assert plan.image in digests
    assert plan.kernel not in manifest.follows()
    assert set(digests) == {one.output for one in needed(manifest, plan.steps)}
