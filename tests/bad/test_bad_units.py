# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (messages stand here as they are printed)
"""Units that are wrong, each with its exact message."""

from pathlib import Path

import pytest

from leafroot.errors import LeafrootError
from tests.config.small_tree import SmallTree, board, package, series

ALPHA = "package/alpha/package.py"
ONE = "board/one/board.py"

CASES: dict[str, tuple[dict[str, str | None], str]] = {
    "syntax": (
        {ALPHA: '"""A."""\npackage = Package(\n'},
        "package/alpha/package.py:2: not valid Python: '(' was never closed",
    ),
    "null byte": (
        {ALPHA: '"""A."""\n\0'},
        "package/alpha/package.py:1: not valid Python: source code string cannot contain null bytes",
    ),
    "raises": (
        {ALPHA: '"""A."""\n\nx = 1 / 0\n'},
        "package/alpha/package.py:3: ZeroDivisionError: division by zero",
    ),
    "unknown word": (
        {ALPHA: '"""A."""\nfrom leafroot import Pakage\n'},
        "package/alpha/package.py:2: leafroot has no 'Pakage' to import\n  Did you mean Package or Make?",
    ),
    "forgotten import": (
        {ALPHA: '"""A."""\n\npackage = Package()\n'},
        ("package/alpha/package.py:3: Package is not imported\n  Write: from leafroot import Package"),
    ),
    "unknown field": (
        {ALPHA: package(licence="MIT")},
        ("package/alpha/package.py:5: Package has no field 'licence'\n  Did you mean license or license_files?"),
    ),
    "foreign import": (
        {ALPHA: '"""A."""\nimport os\n'},
        (
            "package/alpha/package.py:2: imports 'os', but a description may import only from leafroot\n"
            "  What it needs belongs into leafroot's vocabulary, or into the recipe."
        ),
    ),
    "foreign from": (
        {ALPHA: '"""A."""\nfrom leafroot.errors import nearest\n'},
        (
            "package/alpha/package.py:2: imports 'leafroot.errors', but a description may import only from leafroot\n"
            "  What it needs belongs into leafroot's vocabulary, or into the recipe."
        ),
    ),
    "relative import": (
        {ALPHA: '"""A."""\ndef f():\n    from . import beta\n'},
        (
            "package/alpha/package.py:3: imports '.', but a description may import only from leafroot\n"
            "  What it needs belongs into leafroot's vocabulary, or into the recipe."
        ),
    ),
    "no value": (
        {ALPHA: package().replace("package =", "packag =")},
        "package/alpha/package.py: no value named 'package'\n  Did you mean packag?",
    ),
    "nothing": (
        {ALPHA: '"""A."""\n'},
        "package/alpha/package.py: no value named 'package'\n  The file must set package = Package(...).",
    ),
    "value of another kind": (
        {ALPHA: board().replace("board =", "package =")},
        "package/alpha/package.py:5: 'package' must be a Package, but is a Board",
    ),
    "no docstring": (
        {ALPHA: "x = 1\n"},
        (
            "package/alpha/package.py:1: no docstring\n"
            "  Its first sentence is the prompt in the menu, the whole is the help."
        ),
    ),
    "empty docstring": (
        {ALPHA: '""" """\n'},
        (
            "package/alpha/package.py:1: no docstring\n"
            "  Its first sentence is the prompt in the menu, the whole is the help."
        ),
    ),
    "no description": (
        {"package/delta/pakage.py": package()},
        "package/delta: this folder has no package.py\n  Did you mean pakage.py?",
    ),
    "name": (
        {"package/al pha/package.py": package()},
        (
            "package/al pha: 'al pha' cannot be a name\n"
            "  A name begins with a letter or a digit; after it, . _ + - may come too."
        ),
    ),
    "string for a list": (
        {"package/beta/package.py": package(depends="alpha")},
        "package/beta/package.py:5: Package's 'depends' must be a list of strings, but is 'alpha'",
    ),
    "number in a list": (
        {ALPHA: package(kernel=["TUN", 4])},
        "package/alpha/package.py:5: Package's 'kernel' must be a list of strings, but is ['TUN', 4]",
    ),
    "string for a number": (
        {ONE: board(memory="64")},
        "board/one/board.py:5: Board's 'memory' must be a number, but is '64'",
    ),
    "string for a recipe": (
        {ALPHA: package(build="'make'")},
        "package/alpha/package.py:5: Package's 'build' must be Autotools, Meson, Make, Kbuild, Files, Prebuilt, Go or ToolchainPart, but is 'make'",
    ),
    "string for options": (
        {ALPHA: package(build="Autotools('--disable-nls')")},
        "package/alpha/package.py:5: Autotools's 'options' must be a list of strings, but is '--disable-nls'",
    ),
    "no files": (
        {ALPHA: package(build="Files()")},
        "package/alpha/package.py: Files() brings what is in package/alpha/files, but there is nothing",
    ),
    "nothing prebuilt": (
        {ALPHA: package(build="Prebuilt(())")},
        'package/alpha/package.py:5: Prebuilt installs nothing\n  Its pairs are like ("firmware/x.bin", "lib/firmware/x.bin").',
    ),
    "one prebuilt file in place of pairs": (
        {ALPHA: package(build="Prebuilt(('x', 'boot/x'))")},
        "package/alpha/package.py:5: Prebuilt's 'install' must be a list of tuples (a string, a string), but is ('x', 'boot/x')",
    ),
    "prebuilt from an absolute path": (
        {ALPHA: package(build="Prebuilt((('/etc/passwd', 'boot/x'),))")},
        "package/alpha/package.py:8: '/etc/passwd' leads out of the source\n  Paths are relative.",
    ),
    "prebuilt from above the source": (
        {ALPHA: package(build="Prebuilt((('usr/../../x', 'boot/x'),))")},
        "package/alpha/package.py:8: 'usr/../../x' leads out of the source\n  Paths are relative.",
    ),
    "prebuilt to an absolute path": (
        {ALPHA: package(build="Prebuilt((('x', '/boot/x'),))")},
        "package/alpha/package.py:8: '/boot/x' leads out of the root\n  Paths are relative.",
    ),
    "prebuilt to above the root": (
        {ALPHA: package(build="Prebuilt((('x', '../'),))")},
        "package/alpha/package.py:8: '../' leads out of the root\n  Paths are relative.",
    ),
    "prebuilt with an odd path": (
        {ALPHA: package(build="Prebuilt((('./x', 'boot/'),))")},
        "package/alpha/package.py:8: './x' is not the plain form of a path in the source",
    ),
    "prebuilt with no path": (
        {ALPHA: package(build="Prebuilt((('x', ''),))")},
        "package/alpha/package.py:8: '' is not the plain form of a path in the root",
    ),
    "prebuilt folder as a file": (
        {ALPHA: package(build="Prebuilt((('x/', 'boot'),))")},
        "package/alpha/package.py:8: 'x/' is a whole folder, but 'boot' is not\n  Write 'boot/'.",
    ),
    "unknown dependency": (
        {"package/beta/package.py": package(depends=["alhpa"])},
        ("package/beta/package.py:9: 'beta' depends on 'alhpa', but there is no such package\n  Did you mean alpha?"),
    ),
    "toolchain as a dependency": (
        {"package/beta/package.py": package(depends=["gcc"])},
        (
            "package/beta/package.py:9: 'beta' depends on 'gcc', which is a part of the toolchain and always there\n"
            "  Take it out of depends."
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
        {ALPHA: package(build="Kbuild(('busibox.config',))"), "package/alpha/busybox.config": ""},
        ("package/alpha/package.py:8: there is no package/alpha/busibox.config\n  Did you mean busybox.config?"),
    ),
    "same symbol": (
        {"package/a-b/package.py": package(), "package/a_b/package.py": package()},
        "package/a_b: 'a_b' and 'a-b' are the same to Kconfig: PACKAGE_A_B\n  Rename it, or package/a-b.",
    ),
    "unknown arch": (
        {ONE: board(arch="x86-64")},
        "board/one/board.py:7: unknown architecture 'x86-64'\n  Did you mean x86_64?",
    ),
    "unknown series": (
        {ONE: board(series="6.13")},
        "board/one/board.py:6: unknown kernel series '6.13'\n  Did you mean 6.1 or 6.12?",
    ),
    "unknown mode": (
        {ONE: board(boot="leaftmpfs")},
        "board/one/board.py:9: unknown boot mode 'leaftmpfs'\n  Did you mean leaf-tmpfs?",
    ),
    "unknown package": (
        {ONE: board(packages=["alpha", "betta"])},
        "board/one/board.py:11: unknown package 'betta'\n  Did you mean beta?",
    ),
    "toolchain as a package": (
        {ONE: board(packages=["gcc"])},
        "board/one/board.py:11: unknown package 'gcc'\n  There is: alpha, beta, gamma.",
    ),
    "console": (
        {ONE: board(console="ttySS0,115200")},
        "board/one/board.py:8: unknown console 'ttySS0,115200'\n  A device and its speed, like ttyS0,115200. Did you mean ttyS or ttySC or ttyPS?",
    ),
    "size of the root": (
        {ONE: board(root_size="60")},
        'board/one/board.py:12: \'60\' is not a size for the root\n  A part of the memory, "60%", or an amount, "96M".',
    ),
    "unknown hardening": (
        {ONE: board(require=["reloro"])},
        "board/one/board.py:12: unknown hardening 'reloro'\n  Did you mean relro?",
    ),
    "no fragment of a board": (
        {ONE: board().replace("config=[]", 'config=["linux.config"]')},
        "board/one/board.py:6: there is no board/one/linux.config\n  There is: board.py.",
    ),
    "boot loader's file without a boot loader": (
        {"board/one/config.txt": "arm_boost=1"},
        "board/one/config.txt: nothing reads it: the board has no loader\n  Say loader=RaspberryPi(...) in board/one/board.py.",
    ),
    "version that is none": (
        {"linux/6.12/kernel.py": series("next")},
        "linux/6.12/kernel.py:6: 'next' is not a kernel version\n  Like 6.12 or 6.12.107.",
    ),
    "version of another series": (
        {"linux/6.12/kernel.py": series("6.1.2")},
        "linux/6.12/kernel.py:6: version '6.1.2' is not of series 6.12",
    ),
    "Go without programs": (
        {ALPHA: package(build='Go(paths=(("", "example.org/x"),), programs=())')},
        (
            "package/alpha/package.py:5: Go has no 'programs'\n"
            '  For example: Go(paths=(("", "example.org/x"),), programs=(("example.org/x/cmd/x", "usr/bin/x"),))'
        ),
    ),
    "program of another source": (
        {ALPHA: package(build='Go(paths=(("", "example.org/x"),), programs=(("example.org/xy", "usr/bin/x"),))')},
        (
            "package/alpha/package.py:8: program 'example.org/xy' is in none of the paths\n"
            "  An import path begins as the source's own: example.org/x."
        ),
    ),
    "program out of the root": (
        {ALPHA: package(build='Go(paths=(("", "example.org/x"),), programs=(("example.org/x", "/usr/bin/x"),))')},
        (
            "package/alpha/package.py:8: '/usr/bin/x' is not the plain form of a path in the root\n"
            "  Paths are relative, without dots and without a slash at the end."
        ),
    ),
    "part without an archive": (
        {
            ALPHA: package(parts=[]).replace(
                "parts=[]", f'parts=[("cli", Archive("debian:pool/a", sha256="{"0" * 64}"))]'
            )
        },
        (
            "package/alpha/package.py:5: 'parts' and 'debian' go with an archive, and there is none\n"
            "  Say archive=Archive(...)."
        ),
    ),
    "damaged lock file": (
        {"package/alpha/go.lock": "<<<<<<< HEAD\n"},
        (
            "package/alpha/go.lock:1: this line has not the 5 columns name, version, license, path below the Debian "
            "mirror, SHA-256\n"
            "  'scons go-lock PACKAGE=alpha' makes the file anew; it is not for editing."
        ),
    ),
    "runs with a typing error": (
        {ALPHA: package(runs_with=["beeta"])},
        ("package/alpha/package.py:9: 'alpha' depends on 'beeta', but there is no such package\n  Did you mean beta?"),
    ),
    "patches of no mode": (
        {"linux/6.12/patches/nulfs/0001.patch": ""},
        (
            "linux/6.12/patches/nulfs/0001.patch: patches lie in patches/<boot mode>/, and 'nulfs' is none\n"
            "  Did you mean nullfs?"
        ),
    ),
    "patch outside a mode": (
        {"linux/6.12/patches/0001.patch": ""},
        (
            "linux/6.12/patches/0001.patch: patches lie in patches/<boot mode>/, and '0001.patch' is none\n"
            "  There is: leaf-tmpfs, nullfs, rootfs."
        ),
    ),
}

EXTERNAL: dict[str, tuple[dict[str, str | None], str]] = {
    "missing": ({}, ("EXTERNAL=product: there is no such folder")),
    "empty": (
        {"product/README": ""},
        "EXTERNAL=product: none of the folders package, board, linux and configs is in it",
    ),
    "twice": (
        {"product/package/alpha/package.py": package()},
        (
            "TREE/product/package/alpha/package.py: there are two packages named 'alpha'\n"
            "  The other is package/alpha/package.py. Rename one of them."
        ),
    ),
    "series twice": (
        {"product/linux/6.12/kernel.py": series("6.12.1")},
        (
            "TREE/product/linux/6.12/kernel.py: there are two series named '6.12'\n"
            "  The other is linux/6.12/kernel.py. Rename one of them."
        ),
    ),
    "wrong": (
        {"product/package/delta/package.py": package(depends=["alpa"])},
        (
            "TREE/product/package/delta/package.py:9: 'delta' depends on 'alpa', but there is no such package\n"
            "  Did you mean alpha?"
        ),
    ),
}


@pytest.mark.parametrize(("files", "message"), CASES.values(), ids=CASES)
def test_message(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, files)
    with pytest.raises(LeafrootError) as error:
        tree.configure()
    assert str(error.value).replace(str(tmp_path), "TREE") == message


@pytest.mark.parametrize(("files", "message"), EXTERNAL.values(), ids=EXTERNAL)
def test_message_of_an_external_tree(files: dict[str, str | None], message: str, tmp_path: Path) -> None:
    tree = SmallTree(tmp_path, files)
    with pytest.raises(LeafrootError) as error:
        tree.catalog("product")
    assert str(error.value).replace(str(tmp_path), "TREE") == message
