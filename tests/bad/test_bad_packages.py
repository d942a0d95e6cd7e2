# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Packages that are wrong, each with its exact message."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from refusal import assert_refused

from leafroot.errors import printable
from tests.performing import ORDINARY
from tests.small_tree import CHECKOUT, Code, SmallTree, package

ALPHA = "package/alpha/package.py"

CASES: dict[str, tuple[dict[str, str | None], str]] = {
    "replaces what is no path of the root": (
        {ALPHA: package(replaces=["/bin/sh"])},
        "package/alpha/package.py:9: '/bin/sh' is not a path below the root\n  Write it in the form usr/bin/env.",
    ),
    "two prebuilt files of one name": (
        {ALPHA: package(build="Prebuilt([('a/x', 'boot/x'), ('b/x', 'boot/')])")},
        "package/alpha/package.py:8: 'a/x' and 'b/x' would both become 'boot/x'\n  Give one of them another name.",
    ),
    "patch beside the description, as Buildroot has it": (
        {ALPHA: package(), "package/alpha/0001-fix.patch": "x"},
        "package/alpha/0001-fix.patch: this patch is never applied: it is not in the folder patches/\n"
        "  Move it there, or delete it.",
    ),
    "patch in a folder with a slip in its name": (
        {ALPHA: package(), "package/alpha/patch/1.diff": "x"},
        "package/alpha/patch/1.diff: this patch is never applied: it is not in the folder patches/\n"
        "  Move it there, or delete it.",
    ),
    "no files": (
        {ALPHA: package(build="Files()")},
        "package/alpha/package.py: Files() installs package/alpha/files, but there are no files",
    ),
    "nothing prebuilt": (
        {ALPHA: package(build="Prebuilt([])")},
        'package/alpha/package.py:5: Prebuilt installs nothing\n  Add pairs like ("firmware/x.bin", "lib/firmware/x.bin").',
    ),
    "one prebuilt file in place of pairs": (
        {ALPHA: package(build="Prebuilt(['x', 'boot/x'])")},
        "package/alpha/package.py:5: Prebuilt's 'install' must be a list of tuples (a string, a string), but is ['x', 'boot/x']",
    ),
    "prebuilt from an absolute path": (
        {ALPHA: package(build="Prebuilt([('/etc/passwd', 'boot/x')])")},
        "package/alpha/package.py:8: '/etc/passwd' leads out of the source\n  Write a relative path.",
    ),
    "prebuilt from above the source": (
        {ALPHA: package(build="Prebuilt([('usr/../../x', 'boot/x')])")},
        "package/alpha/package.py:8: 'usr/../../x' leads out of the source\n  Write a relative path.",
    ),
    "prebuilt to an absolute path": (
        {ALPHA: package(build="Prebuilt([('x', '/boot/x')])")},
        "package/alpha/package.py:8: '/boot/x' leads out of the root\n  Write a relative path.",
    ),
    "prebuilt to above the root": (
        {ALPHA: package(build="Prebuilt([('x', '../')])")},
        "package/alpha/package.py:8: '../' leads out of the root\n  Write a relative path.",
    ),
    "prebuilt with an odd path": (
        {ALPHA: package(build="Prebuilt([('./x', 'boot/')])")},
        "package/alpha/package.py:8: './x' is not a plain path in the source",
    ),
    "prebuilt with no path": (
        {ALPHA: package(build="Prebuilt([('x', '')])")},
        "package/alpha/package.py:8: '' is not a plain path in the root",
    ),
    "prebuilt folder as a file": (
        {ALPHA: package(build="Prebuilt([('x/', 'boot')])")},
        "package/alpha/package.py:8: 'x/' is a whole folder, but 'boot' is not\n  Write 'boot/'.",
    ),
    "unknown dependency": (
        {"package/beta/package.py": package(depends=["alhpa"])},
        ("package/beta/package.py:9: 'beta' depends on 'alhpa', but there is no such package\n  Did you mean alpha?"),
    ),
    "toolchain as a dependency": (
        {"package/beta/package.py": package(depends=["gcc"])},
        (
            "package/beta/package.py:9: 'beta' depends on 'gcc', which is part of the toolchain and always available\n"
            "  Remove it from depends."
        ),
    ),
    "circle": (
        {
            ALPHA: package(depends=["gamma"]),
            "package/gamma/package.py": package(depends=["beta"]),
        },
        (
            "package/alpha/package.py:9: packages depend on each other in a circle: alpha -> gamma -> beta -> alpha\n"
            "  package/alpha/package.py:9: alpha depends on gamma\n"
            "  package/gamma/package.py:9: gamma depends on beta\n"
            "  package/beta/package.py:9: beta depends on alpha"
        ),
    ),
    "needs itself": (
        {ALPHA: package(depends=["alpha"])},
        (
            "package/alpha/package.py:9: packages depend on each other in a circle: alpha -> alpha\n"
            "  package/alpha/package.py:9: alpha depends on alpha"
        ),
    ),
    "unknown language": (
        {ALPHA: package(languages=["c+"])},
        "package/alpha/package.py:9: unknown language 'c+'\n  Did you mean c++?",
    ),
    "unknown architecture": (
        {ALPHA: package(arch=["amr"])},
        "package/alpha/package.py:9: unknown architecture 'amr'\n  Did you mean arm?",
    ),
    "architecture of the toolchain": (
        {ALPHA: package(build=Code("ToolchainPart()"), arch=["arm"])},
        "package/alpha/package.py:9: 'arch' is for packages that a root can have",
    ),
    "no architecture left": (
        {ALPHA: package(arch=["arm"], depends=["beta"]), "package/beta/package.py": package(arch=["aarch64"])},
        "package/alpha/package.py:9: 'alpha' can be had for no architecture\n  Those that it needs exclude all.",
    ),
    "role of a strange name": (
        {ALPHA: package(roles={"ssh/server": ["etc/x"]}), "package/alpha/files/etc/x": ""},
        "package/alpha/package.py:9: 'ssh/server' is not a role\n  It is the prompt of a choice, such as 'SSH server'.",
    ),
    "role without paths": (
        {ALPHA: package(roles={"SSH server": []})},
        "package/alpha/package.py:9: role 'SSH server' has no paths\n  Name its start script, for example.",
    ),
    "role with a path that is not there": (
        {ALPHA: package(roles={"SSH server": ["etc/init.d/S50"]}), "package/alpha/files/etc/init.d/S50x": ""},
        "package/alpha/package.py:9: role 'SSH server' has 'etc/init.d/S50', which is not in files/\n  Did you mean etc/init.d/S50x?",
    ),
    "roles that differ in capitals": (
        {
            ALPHA: package(roles={"SSH server": ["etc/x"]}),
            "package/alpha/files/etc/x": "",
            "package/beta/package.py": package(roles={"Ssh server": ["etc/y"]}),
            "package/beta/files/etc/y": "",
        },
        "package/beta/package.py:9: role 'Ssh server' and role 'SSH server' have the same name in Kconfig: ROLE_SSH_SERVER\n"
        "  Rename this one, or the one in package/alpha/package.py:9.",
    ),
    "unknown group": (
        {ALPHA: package(group="netwrok")},
        "package/alpha/package.py:9: unknown group 'netwrok'\n  Did you mean network?",
    ),
    "link out of the root": (
        {ALPHA: package(links={"usr/../../etc/x": "y"})},
        "package/alpha/package.py:9: 'usr/../../etc/x' is not a plain path\n  For example: usr/bin/awk.",
    ),
    "links of what is not built": (
        {ALPHA: package(build="Files()", archive=None, links={"usr/bin/a": "b"})},
        "package/alpha/package.py:10: 'links' is for packages that are built\n  A folder files/ has its links itself.",
    ),
    "architecture of configure": (
        {ALPHA: package(build="Configure(by_arch={'amr': ['x']})")},
        "package/alpha/package.py:8: unknown architecture 'amr'\n  Did you mean arm?",
    ),
    "no configuration of make": (
        {ALPHA: package(build="Make(config='hostpad.config', folder='.')"), "package/alpha/hostapd.config": ""},
        "package/alpha/package.py:8: there is no package/alpha/hostpad.config\n  Did you mean hostapd.config?",
    ),
    "configuration of make without a folder": (
        {ALPHA: package(build="Make(config='hostapd.config')"), "package/alpha/hostapd.config": ""},
        "package/alpha/package.py:8: 'config' needs 'folder'\n  For example: folder=\"hostapd\".",
    ),
    "folder out of the source": (
        {ALPHA: package(build="CMake(folder='../x')")},
        (
            "package/alpha/package.py:8: '../x' is not a plain relative path in the source\n"
            "  Write it without leading or trailing slashes, and without '.' and '..'."
        ),
    ),
    "no fragment of a package": (
        {ALPHA: package(build="Kbuild(['busibox.config'])"), "package/alpha/busybox.config": ""},
        ("package/alpha/package.py:8: there is no package/alpha/busibox.config\n  Did you mean busybox.config?"),
    ),
    "same symbol": (
        {"package/a-b/package.py": package(), "package/a_b/package.py": package()},
        "package/a_b: 'a_b' and 'a-b' have the same name in Kconfig: PACKAGE_A_B\n  Rename this one, or the one in package/a-b.",
    ),
    "Go without programs": (
        {ALPHA: package(build='Go(paths={"": "example.org/x"}, programs={})')},
        (
            "package/alpha/package.py:5: Go has no 'programs'\n"
            '  For example: Go(paths={"": "example.org/x"}, programs={"example.org/x/cmd/x": "usr/bin/x"})'
        ),
    ),
    "program of another source": (
        {ALPHA: package(build='Go(paths={"": "example.org/x"}, programs={"example.org/xy": "usr/bin/x"})')},
        (
            "package/alpha/package.py:8: program 'example.org/xy' is not in any of the paths\n"
            "  Its import path must begin with example.org/x."
        ),
    ),
    "program out of the root": (
        {ALPHA: package(build='Go(paths={"": "example.org/x"}, programs={"example.org/x": "/usr/bin/x"})')},
        (
            "package/alpha/package.py:8: '/usr/bin/x' is not a plain relative path in the root\n"
            "  Write it without leading or trailing slashes, and without '.' and '..'."
        ),
    ),
    "part without an archive": (
        {ALPHA: package(parts=Code(f'{{"cli": Archive("debian:pool/a", sha256="{"0" * 64}")}}'))},
        (
            "package/alpha/package.py:5: 'parts' and 'debian' need an archive, but there is none\n"
            "  Add archive=Archive(...)."
        ),
    ),
    "damaged lock file": (
        {"package/alpha/go.lock": "<<<<<<< HEAD\n"},
        (
            "package/alpha/go.lock:1: the line must have 5 columns, separated by tabs: name, version, license, "
            "path below the Debian mirror, SHA-256\n"
            "  Do not edit this file. 'scons lock PACKAGE=alpha' generates it."
        ),
    ),
    "runs with a typing error": (
        {ALPHA: package(runs_with=["beeta"])},
        ("package/alpha/package.py:9: 'alpha' depends on 'beeta', but there is no such package\n  Did you mean beta?"),
    ),
}


@pytest.mark.parametrize(("files", "message"), CASES.values(), ids=CASES)
def test_message_about_a_package(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    assert_refused(SmallTree(tmp_path, files), message)


def pipe(place: Path) -> None:
    os.mkfifo(place)


def listening(place: Path) -> None:
    os.mknod(place, stat.S_IFSOCK | 0o600)


def linked(target: str) -> Callable[[Path], None]:
    return lambda place: place.symlink_to(target)


NO_KIND = "but a unit has files, folders and symbolic links only\n  Remove it."
NO_TEXT = "this name has characters that cannot be shown\n  Rename it."
NOWHERE = "which does not exist\n  Correct the link, or remove it."

# A path, what is made there, and the message that follows the path.
ODD_FILES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "pipe": ("package/alpha/src/p", pipe, f"this is a pipe, {NO_KIND}"),
    "pipe beside the description": ("package/alpha/p", pipe, f"this is a pipe, {NO_KIND}"),
    "socket": ("board/one/patches/s", listening, f"this is a socket, {NO_KIND}"),
    "dangling link in src": ("package/alpha/src/a.mk", linked("../a.mk"), f"this is a link to ../a.mk, {NOWHERE}"),
    "absolute dangling link in src": ("package/alpha/src/a", linked("/no/a"), f"this is a link to /no/a, {NOWHERE}"),
    "link to a folder elsewhere": (
        "package/alpha/src/common",
        linked("../../beta"),
        "this is a link to the folder ../../beta, which is not in src/\n"
        "  Only what is in src/ is there when the package is built: put the folder into src/.",
    ),
    "absolute link to a folder": (
        "package/alpha/src/deep/etc",
        linked("/etc"),
        "this is a link to the folder /etc, which is not in src/\n"
        "  Only what is in src/ is there when the package is built: put the folder into src/.",
    ),
    "src is a dangling link": ("package/alpha/src", linked("gone"), f"this is a link to gone, {NOWHERE}"),
    "dangling patch": ("package/alpha/patches/1.patch", linked("gone"), f"this is a link to gone, {NOWHERE}"),
    "patch that leads to itself": (
        "package/alpha/patches/1.patch",
        linked("1.patch"),
        f"this is a link to 1.patch, {NOWHERE}",
    ),
    "dangling unit": ("package/delta", linked("../vendor/delta"), f"this is a link to ../vendor/delta, {NOWHERE}"),
    "dangling board": ("board/three", linked("gone"), f"this is a link to gone, {NOWHERE}"),
    "dangling defconfig": ("configs/three_defconfig", linked("gone"), f"this is a link to gone, {NOWHERE}"),
    "unit that leads to itself": ("linux/9", linked("9"), "cannot be read: Too many levels of symbolic links"),
    "newline": ("package/alpha/src/a\nb", Path.touch, NO_TEXT),
    "escape sequence": ("package/alpha/src/\x1b[2J", Path.touch, NO_TEXT),
    "not UTF-8": ("package/alpha/patches/\udcff.patch", Path.touch, NO_TEXT),
}


@pytest.mark.parametrize(("name", "make", "message"), ODD_FILES.values(), ids=ODD_FILES)
def test_message_about_what_is_no_source(name: str, make: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    make(tmp_path / name)
    assert_refused(tree, f"{printable(name)}: {message}")


def test_a_source_that_may_not_be_read_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, {"package/alpha/src/main.c": "", "package/alpha/src/deep/x.h": ""})
    (tmp_path / "package/alpha/src/main.c").chmod(0)
    script = "import sys\nfrom pathlib import Path\nfrom leafroot.errors import LeafrootError\n"
    script += "from leafroot.units.catalog import load_catalog\n"
    script += "try:\n    load_catalog(Path(sys.argv[1]))\nexcept LeafrootError as error:\n    print(error)\n"

    def said() -> str:
        argv = [*ORDINARY, sys.executable, "-c", script, str(tree.root)]
        return subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout

    assert said() == "package/alpha/src/main.c: cannot be read: Permission denied\n  Make it readable: chmod +r.\n"
    (tmp_path / "package/alpha/src/main.c").chmod(0o644)
    (tmp_path / "package/alpha/src/deep").chmod(0)
    assert said() == f"{tmp_path}/package/alpha/src/deep: cannot be read: Permission denied\n"
    (tmp_path / "package/alpha/src/deep").chmod(0o755)
    assert said() == ""
