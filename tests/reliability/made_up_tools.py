# SPDX-License-Identifier: Apache-2.0
"""What the made-up checkout is built with: a small build root of real Debian packages, and a made-up compiler."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from leafroot.fetch.fetch import fetch
from leafroot.plan.build_machine import COMPILE, this_processor
from leafroot.units.lock import lock_text
from tests.performing import this_machine
from tests.real_builds import CALLERS_CACHE

PACKAGES = (
    *("bash", "coreutils", "dash", "findutils", "gawk", "grep", "make", "patch", "sed"),
    *("libacl1", "libattr1", "libc6", "libgcc-s1", "libgmp10", "libmpfr6", "libpcre2-8-0", "libreadline8t64"),
    *("libselinux1", "libsigsegv2", "libssl3t64", "libtinfo6", "libzstd1", "zlib1g"),
)
TUPLE = "x86_64-linux-gnu"

_ROOT = f'''\
"""What steps run."""

from leafroot import BuildRoot

root = BuildRoot(packages={PACKAGES!r}, links={{"usr/bin/awk": "gawk"}})
'''
# It answers what Leafroot asks a compiler, and "compiles" by copying a library that is beside it.
_GCC = f"""\
#!/bin/sh
here=$(dirname "$0")/..
case " $* " in
*" -dumpfullversion "*) echo 14.2.0 ;;
*" -dumpmachine "*) echo {TUPLE} ;;
*" -print-sysroot "*) ;;
*" -print-prog-name="* | *" -print-file-name="*) echo "$here/lib/${{*##*=}}" ;;
*" -dM "*) echo "#define __linux__ 1" ;;
*)
    while [ "$1" != -o ]; do shift; done
    cp "$here/lib/libc.so" "$2"
    ;;
esac
"""
_COPY = '#!/bin/sh\nfor last; do :; done\n[ "$1" != rcD ] || cp "$last" "$2"\n'


def lay_build_root(checkout: Path, archives: Path) -> None:
    """The checkout's build root `compile`; its packages are put among the archives."""
    locked = [one for one in this_machine().roots[COMPILE].locked if one.name in PACKAGES]
    assert len(locked) == len(PACKAGES), set(PACKAGES) - {one.name for one in locked}
    folder = checkout / "buildroots" / COMPILE
    folder.mkdir(parents=True)
    (folder / "root.py").write_text(_ROOT)
    text = lock_text([replace(one, license="x") for one in locked], "a test", "A small build root.")
    (folder / f"{this_processor()}.lock").write_text(text)
    for one in locked:
        shutil.copyfile(fetch(one.archive, CALLERS_CACHE), archives / one.archive.file_name)


def lay_compiler(folder: Path) -> None:
    """A compiler for TOOLCHAIN_EXTERNAL_PREFIX: scripts, and a library without any symbol that is used."""
    (folder / "bin").mkdir(parents=True)
    (folder / "lib").mkdir()
    (folder / "lib/nothing.c").write_text("int nothing;\n")
    options = ("-shared", "-nostdlib", "-fPIC", "-Wl,--build-id=none")
    subprocess.run(["gcc", *options, "-o", "libc.so", "nothing.c"], cwd=folder / "lib", check=True)
    for name in ("cc1", "libgcc.a", "libgcc_eh.a", "crtbeginS.o"):
        (folder / "lib" / name).write_text(name)
    for name, script in {"gcc": _GCC, **dict.fromkeys(("ar", "as", "ld", "ranlib", "strip"), _COPY)}.items():
        file = folder / f"bin/{TUPLE}-{name}"
        file.write_text(script)
        file.chmod(0o755)
