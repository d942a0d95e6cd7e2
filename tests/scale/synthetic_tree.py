# SPDX-License-Identifier: Apache-2.0
"""An external tree with as many packages as one asks for, all in the root of its one board.

    python tests/scale/synthetic_tree.py FOLDER COUNT

They look like packages of the field: every recipe, one to four dependencies each, patches in every third, options of
its own in every tenth, two kernel options in every twentieth; with `chain`, each needs the one before it, too. The same
count gives the same tree.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

BOARD = "scale"
NAME = "pkg-{:04}"

_PACKAGE = '''\
# SPDX-License-Identifier: Apache-2.0
"""Package number {number} of a made-up tree, {recipe}.

It stands for a library or a program of the usual size: a docstring of a few lines, an archive with its checksum,
dependencies, a recipe with some options.
"""

from leafroot import Archive, {imports}

package = Package(
    version="{version}",
    archive=Archive(
        [
            "https://downloads.example/{name}/{name}-{{version}}.tar.xz",
            "debian:pool/main/p/{name}/{name}_{{version}}.orig.tar.xz",
        ],
        sha256="{sha256}",
    ),
    license="MIT",
    license_files=["COPYING"],
    depends={depends},
    kernel={kernel},
    options={options},
    build={build},
)
'''

_BOARD = '''\
# SPDX-License-Identifier: Apache-2.0
"""A machine with {count} packages in its root."""

from leafroot import Board, Kernel

board = Board(
    arch="x86_64",
    kernel=Kernel("6.12", config=[], shared=["system", "virtio"]),
    boot="nullfs",
    memory=256,
    packages={packages},
)
'''

_PATCH = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n"

_CONFIG_IN = """\
config PACKAGE_{symbol}_TOOLS
\tbool "tools"
\tdefault y
\thelp
\t  Its programs, beside the library.

config PACKAGE_{symbol}_BUFFER
\tint "size of its buffer"
\trange 1 4096
\tdefault 64
"""

_RECIPES = {
    "Autotools": 'Autotools(["--disable-static", "--enable-shared", "--without-docs"])',
    "Meson": 'Meson(["-Dtests=false", "-Ddocs=false"])',
    "Make": 'Make({"PREFIX": "/usr"}, ["install", "PREFIX=/usr"])',
}


def write_tree(folder: Path, count: int, *, chain: bool = False) -> None:
    """Write the tree into a new folder."""
    for name, text in _files(count, chain):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _files(count: int, chain: bool) -> Iterator[tuple[str, str]]:
    draw = random.Random(count)
    names = [NAME.format(number) for number in range(count)]
    for number, name in enumerate(names):
        recipe = list(_RECIPES)[number % len(_RECIPES)]
        options = number % 10 == 0
        depends = sorted({*draw.sample(names[:number], min(number, draw.randint(1, 4))), *names[:number][-1:] * chain})
        fields = {
            "number": number,
            "name": name,
            "recipe": recipe,
            "imports": ", ".join(sorted({recipe, "Package", *(["Option"] if options else [])})),
            "version": f"{draw.randint(0, 9)}.{draw.randint(0, 99)}.{draw.randint(0, 9)}",
            "sha256": f"{draw.getrandbits(256):064x}",
            "depends": _list(depends),
            "kernel": _list(["EPOLL", "FUTEX"] if number % 20 == 0 else []),
            "options": '[Option("tools", on=["with-tools"])]' if options else "[]",
            "build": _RECIPES[recipe],
        }
        yield f"package/{name}/package.py", _PACKAGE.format(**fields)
        if number % 3 == 0:
            for patch in ("0001-build.patch", "0002-musl.patch"):
                yield f"package/{name}/patches/{patch}", f"What {patch} of {name} is for.\n{_PATCH}"
        if options:
            yield f"package/{name}/Config.in", _CONFIG_IN.format(symbol=_symbol(name))
    yield f"board/{BOARD}/board.py", _BOARD.format(count=count, packages=_list(["busybox", "skeleton", *names]))


def _symbol(name: str) -> str:
    return name.upper().replace("-", "_")


def _list(words: list[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


if __name__ == "__main__":
    write_tree(Path(sys.argv[1]), int(sys.argv[2]))
