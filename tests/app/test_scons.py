# SPDX-License-Identifier: Apache-2.0
"""scons as people call it: what it builds, what it prints, and how it ends."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import pytest
from scons_calls import ROOT, SCONS, Calls, call

from tests.archive.tar_members import member, tar_bytes

SCRIPT = (str(Path(sys.executable).with_name("scons")),)
IMAGES = ["bzImage", "manifest.json", "rootfs.cpio.zst"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """Calls after a first one that has built everything; nobody changes what they build."""
    calls = Calls(tmp_path_factory.mktemp("built"))
    said = calls()
    assert (said.status, said.err) == (0, "")
    *steps, image, count = said.out.splitlines()
    assert all(re.fullmatch(r"  \S.{42,} +0\.0 s", line) for line in steps), said.out
    assert re.fullmatch(rf"{calls.output}/qemu_x86_64/images/bzImage: \d+ B", image)
    assert re.fullmatch(rf"{len(steps)} steps built, 0 from the cache, [\d.]+ s", count)
    assert "kernel without root" in calls("boot-files").out
    return calls


@pytest.mark.parametrize("program", [SCRIPT, SCONS], ids=["scons", "python -m SCons"])
def test_scons_does_not_talk_about_itself(program: tuple[str, ...]) -> None:
    listed = call(*program, "list")
    assert (listed.status, listed.err) == (0, "")
    assert listed.out.startswith("Boards\n")


def test_a_run_with_nothing_to_do_says_so_in_one_line(built: Calls) -> None:
    for program in (SCRIPT, SCONS):
        said = built(program=program)
        assert (said.status, said.err) == (0, "")
        assert re.fullmatch(rf"{built.output}/qemu_x86_64/images/bzImage: \d+ B, up to date\n", said.out)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["{output}/qemu_x86_64/elf.json"], [r"{output}/qemu_x86_64/elf.json: \d+ B, up to date"]),
        (["{output}/qemu_x86_64/images"], [r"{output}/qemu_x86_64/images: 3 outputs, up to date"]),
        (
            [f"{{output}}/qemu_x86_64/images/{name}" for name in IMAGES],
            [rf"{{output}}/qemu_x86_64/images/{name}: \d+ B, up to date" for name in IMAGES],
        ),
        (["boot-files"], []),
        (["boot-files", "{output}/qemu_x86_64/elf.json"], [r"{output}/qemu_x86_64/elf.json: \d+ B, up to date"]),
        (["-s"], []),
        (["-q"], []),
    ],
    ids=lambda value: " ".join(value).replace("{output}/qemu_x86_64/", "") or "nothing",
)
def test_what_was_named_is_told_when_it_is_up_to_date(built: Calls, words: list[str], lines: list[str]) -> None:
    said = built(*(word.format(output=built.output) for word in words))
    assert (said.status, said.err) == (0, "")
    told = said.out.splitlines()
    assert len(told) == len(lines)
    for line, pattern in zip(told, lines, strict=True):
        assert re.fullmatch(pattern.format(output=built.output), line)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["boot-tets"], "leafroot: command line: unknown command 'boot-tets'\n  Did you mean boot-test?\n"),
        (["boot-test", "linux-menu"], "leafroot: command line: unknown command 'linux-menu'\n  'scons -h' lists"),
        (["menuconfg"], "leafroot: command line: unknown command 'menuconfg'\n  Did you mean menuconfig?\n"),
        (["BOARD=", "lsit"], "leafroot: command line: unknown command 'lsit'\n  Did you mean list?\n"),
        (["BOARD=", "boot"], "leafroot: which board?\n  Say BOARD=NAME. Available: "),
        (["BOARD=", "list", "boot"], "leafroot: which board?\n  Say BOARD=NAME. Available: "),
        (
            ["{output}/qemu_x86_64/images/bzimage"],
            "leafroot: command line: no step makes '{output}/qemu_x86_64/images/bzimage'\n"
            "  Did you mean {output}/qemu_x86_64/images/bzImage",
        ),
        (["no/such/path"], "leafroot: command line: no step makes 'no/such/path'\n  OUTPUT is {output}.\n"),
        (["ACCEL=xen", "boot"], "leafroot: ACCEL=xen: there is no accelerator 'xen'\n  Available: kvm, tcg.\n"),
        (["explain=bussybox"], "leafroot: command line: unknown step 'bussybox'\n  Did you mean busybox?\n"),
        (["shell=bussybox"], "leafroot: command line: unknown step 'bussybox'\n  Did you mean busybox?\n"),
        (["new-package"], "leafroot: new-package: which package?\n  Say NAME=NAME"),
        (
            ["NAME=x", "new-package", "boot"],
            "leafroot: command line: new-package is asked for alone\n",
        ),
        (["-n", "NAME=x", "new-package"], "leafroot: command line: new-package writes a file: it cannot be only shown"),
        (["bench-compare", "one"], "leafroot: bench-compare: it takes two files\n"),
        (["flash"], "leafroot: BOARD=qemu_x86_64: this board has no SD card to write\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_told_before_anything_is_built(tmp_path: Path, words: list[str], message: str) -> None:
    calls = Calls(tmp_path)
    said = calls(*(word.format(output=calls.output) for word in words))
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(message.format(output=calls.output))
    assert not list(tmp_path.rglob("*.tar.zst"))


def drafting(folder: Path) -> tuple[Path, Calls]:
    """An external tree, and calls that draft the package foo into it."""
    tree = folder / "acme"
    (tree / "package").mkdir(parents=True)
    (folder / "foo-1.2.tar").write_bytes(tar_bytes(member("foo-1.2/meson.build", b"project('foo', 'c')\n")))
    return tree, Calls(folder, (f"EXTERNAL={tree}", "NAME=foo", f"URL=file:{folder}/foo-1.2.tar"))


def test_a_draft_is_built_in_the_same_run(tmp_path: Path) -> None:
    tree, calls = drafting(tmp_path)
    said = calls("new-package")
    assert said.status == 0
    lines = said.out.splitlines()
    assert lines[0] == f"{tree}/package/foo/package.py: drafted from foo-1.2.tar"
    assert any(line.startswith("  foo 1.2 ") for line in lines) and f"{tree}/package/foo: built." in lines
    assert "build=Meson()," in (tree / "package/foo/package.py").read_text()
    again = calls("new-package")
    assert (again.status, again.out) == (2, "")
    assert again.err == f"leafroot: {tree}/package/foo: there is a package 'foo'\n  Nothing was written.\n"


def test_a_draft_that_fails_stays_to_be_mended(tmp_path: Path) -> None:
    tree, calls = drafting(tmp_path)
    said = calls("new-package", FAILING_STEPS="foo.tar.zst")
    assert said.status == 2 and "leafroot: foo 1.2: it failed\n" in said.err
    assert f"leafroot: {tree}/package/foo/package.py: this draft cannot be used as it is." in said.err
    assert (tree / "package/foo/package.py").exists()


def test_boot_test_needs_room_on_the_command_line_before_anything_is_built(tmp_path: Path) -> None:
    fragment = tmp_path / "long.config"
    fragment.write_text(f'CONFIG_KERNEL_CMDLINE="{"x" * 2000}"\n')
    calls = Calls(tmp_path, (f"CONFIG={fragment}",))
    assert calls("-n").status == 0
    said = calls("boot-test")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("leafroot: BOARD=qemu_x86_64: the kernel has no room for the parameters 'leafroot.check")
    assert not list(tmp_path.rglob("*.tar.zst"))


def test_a_wrong_word_waits_for_no_other_build(tmp_path: Path) -> None:
    said = Calls(tmp_path)("boot-tets")
    assert said.status == 2 and not (tmp_path / "output").exists()


def test_errors_of_scons_itself_are_printed_and_nothing_is_told_to_be_up_to_date(built: Calls) -> None:
    said = built("--no-such-option")
    assert (said.status, said.out) == (2, "")
    assert "no such option: --no-such-option" in said.err


def test_a_dry_run_lists_the_steps_and_makes_nothing(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    said = calls("-n")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines and all(line.endswith("  would be built, or taken from the cache") for line in lines)
    assert not list(tmp_path.rglob("*.tar.zst"))


def test_a_target_builds_what_it_needs_and_no_more(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    said = calls(f"{calls.output}/qemu_x86_64/elf.json")
    *_, result, count = said.out.splitlines()
    assert re.fullmatch(rf"{calls.output}/qemu_x86_64/elf.json: \d+ B", result)
    assert count.startswith(f"{len(said.out.splitlines()) - 2} steps built")
    assert not (calls.output / "qemu_x86_64/images/bzImage").exists()
    assert "image bzImage" in calls().out


def test_what_is_left_out_of_an_overlay_is_told_in_every_run(tmp_path: Path) -> None:
    calls = Calls(tmp_path)
    (tmp_path / "over").mkdir()
    (tmp_path / "over/x~").touch()
    note = f"leafroot: {tmp_path}/over: left out of the root: x~ (to keep one, name it in leafroot.modes)"
    for _ in range(2):
        assert calls(f"OVERLAY={tmp_path}/over", "-n").out.splitlines()[0] == note
    assert note not in calls("-n").out


def test_a_changed_file_is_seen_and_a_change_taken_back_comes_from_the_cache(tmp_path: Path) -> None:
    """What goes into a step counts, whatever becomes of SCons's own idea of a signature."""
    overlay = tmp_path / "overlay/etc/note"
    overlay.parent.mkdir(parents=True)
    overlay.write_text("one")
    calls = Calls(tmp_path, (f"OVERLAY={tmp_path}/overlay",))
    assert "steps built, 0 from the cache" in calls().out
    overlay.write_text("two")
    told = calls().out
    assert "  root  " in told and "busybox" not in told
    overlay.write_text("one")
    assert ", from the cache\n" in calls().out
    assert ", up to date" in calls().out


def test_a_file_that_vanishes_during_the_build_is_named_without_a_traceback(tmp_path: Path) -> None:
    note = tmp_path / "overlay/etc/note"
    note.parent.mkdir(parents=True)
    note.write_text("one")
    said = Calls(tmp_path, (f"OVERLAY={tmp_path}/overlay",))(REMOVED_BY_STEPS=str(note))
    assert said.status == 2
    # The root is made from it, and the check of its programs, which may be told at the same time.
    first, hint, *_, last = said.err.splitlines()
    assert first == f"leafroot: {note}: cannot be read: No such file or directory"
    assert hint.startswith("  ") and re.fullmatch(r"scons: \*\*\* \[\S+/qemu_x86_64/\S+\] Error 2", last)
    assert "Traceback" not in said.err
    assert "up to date" not in said.out


def test_an_exported_folder_is_made_by_its_relative_or_absolute_path() -> None:
    ignored = ROOT / "output/test"
    ignored.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ignored) as folder:
        calls = Calls(Path(folder))
        place = calls.output / "qemu_x86_64/legal-info"
        said = calls(str(place.relative_to(ROOT)))
        assert (said.status, said.err) == (0, "")
        assert (place / "digest").exists()
        assert f"{place.relative_to(ROOT)}" in said.out.splitlines()[-2]
        (place / "digest").unlink()
        assert calls(str(place)).status == 0
        assert (place / "digest").exists()
        assert calls("legal-info").out == f"{place}\n"


@pytest.mark.parametrize("name", ["$HOME$$x", "a b", "#top", "[x]*?"])
def test_commands_and_paths_work_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    """SCons expands $NAME in strings, and a name that it looks up is expanded twice."""
    calls = Calls(tmp_path / name)
    calls.folder.mkdir()
    place = calls.output / "qemu_x86_64/legal-info"
    assert f"{place}\n" in calls("legal-info").out
    assert (place / "digest").exists()
    (place / "digest").unlink()
    assert calls(str(place)).status == 0 and (place / "digest").exists()
    assert calls("boot-files").status == calls().status == 0
    assert calls("explain=busybox").status == 0


def test_explain_and_shell_need_no_target(built: Calls) -> None:
    said = built("explain=busybox")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("busybox ") and "The next build leaves it as it is" in said.out
