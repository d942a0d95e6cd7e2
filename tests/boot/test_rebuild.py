# SPDX-License-Identifier: Apache-2.0
"""A change reaches everything that depends on it, and nothing else: two small packages, really built."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from leafroot.rootfs.layers import layer_from_tar
from leafroot.rootfs.node import File

PACKAGE = '''"""Package {name}."""

from leafroot import Make, Package

package = Package(version="1", license="MIT", build=Make(), depends={depends})
'''
HEADER_MAKEFILE = """\
all:
install:
	install -D -m 644 $(SRC)/answer.h $(DESTDIR)/usr/include/answer.h
"""
PROGRAM_MAKEFILE = """\
all:
	$(CC) $(CFLAGS) $(LDFLAGS) -o asks $(SRC)/asks.c
install:
	install -D -m 755 asks $(DESTDIR)/usr/bin/asks
"""
PROGRAM = "#include <answer.h>\nconst char answer[] = ANSWER;\nint main(void) { return answer[0] == 0; }\n"


def write_package(tree: Path, name: str, depends: list[str], **sources: str) -> None:
    folder = tree / "package" / name
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "package.py").write_text(PACKAGE.format(name=name, depends=depends))
    for file, text in sources.items():
        (folder / "src" / file.replace("_", ".")).write_text(text)


def test_a_changed_header_reaches_who_depends_on_it(scons: Callable[..., str], tmp_path: Path) -> None:
    tree, output = tmp_path / "tree", tmp_path / "output"
    header = {"Makefile": HEADER_MAKEFILE}
    write_package(tree, "answer", [], answer_h='#define ANSWER "the first"\n', **header)
    write_package(tree, "asks", ["answer"], asks_c=PROGRAM, Makefile=PROGRAM_MAKEFILE)
    fragment = tmp_path / "asks.config"
    fragment.write_text("CONFIG_PACKAGE_ASKS=y\n")
    made = output / "x86_64-leafroot-linux-musl" / "asks.tar.zst"

    words = ["BOARD=qemu_x86_64", "TOOLCHAIN=debian", f"EXTERNAL={tree}", f"CONFIG={fragment}", f"OUTPUT={output}"]

    def build() -> tuple[str, bytes]:
        printed = scons(*words, str(made))
        program = layer_from_tar("asks", made).nodes["usr/bin/asks"]
        assert isinstance(program, File)
        return printed, program.read()

    _, first = build()
    assert b"the first" in first
    printed, _ = build()
    assert "up to date" in printed or not printed.strip()

    write_package(tree, "answer", [], answer_h='#define ANSWER "the second"\n', **header)
    printed, second = build()
    assert b"the second" in second
    assert [line.split()[0] for line in printed.splitlines() if line.startswith("  ")] == ["answer", "asks"]
    told = scons(*words, "explain=answer") + scons(*words, "explain=asks")
    assert re.search(r"because of:\n    file .*/tree/package/answer/src/answer\.h: \w{12} -> \w{12}\n", told), told
    assert re.search(r"because of:\n    artefact \S+/answer\.tar\.zst: \w{12} -> \w{12}\n", told), told
    assert told.count("The next build leaves it as it is") == 2

    write_package(tree, "answer", [], answer_h='#define ANSWER "the first"\n', **header)
    printed, third = build()
    assert third == first
    assert printed.count("from the cache") >= 2

    # Other words in package.py, and another way to write the header's owner, are no change at all.
    file = tree / "package" / "answer" / "package.py"
    file.write_text("# a comment\n" + file.read_text())
    printed, _ = build()
    assert not [line for line in printed.splitlines() if line.startswith("  ")]


def test_a_package_that_forgets_what_it_needs_is_told_whose_it_is(scons: Callable[..., str], tmp_path: Path) -> None:
    """It would build where its neighbour was built before it, and not elsewhere: here it never does."""
    tree, output = tmp_path / "tree", tmp_path / "output"
    write_package(tree, "answer", [], answer_h='#define ANSWER "x"\n', Makefile=HEADER_MAKEFILE)
    write_package(tree, "asks", [], asks_c=PROGRAM, Makefile=PROGRAM_MAKEFILE)
    fragment = tmp_path / "asks.config"
    fragment.write_text("CONFIG_PACKAGE_ASKS=y\nCONFIG_PACKAGE_ANSWER=y\n")
    folder = output / "x86_64-leafroot-linux-musl"
    words = ["BOARD=qemu_x86_64", "TOOLCHAIN=debian", f"EXTERNAL={tree}", f"CONFIG={fragment}", f"OUTPUT={output}"]
    scons(*words, str(folder / "answer.tar.zst"))
    printed = scons(*words, str(folder / "asks.tar.zst"), status=2)
    assert "usr/include/answer.h belongs to the package 'answer', which is not among its depends=[...]." in printed
