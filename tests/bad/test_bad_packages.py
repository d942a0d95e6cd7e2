# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Packages that are wrong, each with its exact message."""

from pathlib import Path

import pytest
from refusal import assert_refused

from tests.small_tree import Code, SmallTree, package

ALPHA = "package/alpha/package.py"

CASES: dict[str, tuple[dict[str, str | None], str]] = {
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
            "  Do not edit this file. 'scons go-lock PACKAGE=alpha' generates it."
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
