# SPDX-License-Identifier: Apache-2.0
"""Python 3 and its standard library; some modules are options."""

from leafroot import Archive, Autotools, Option, Package


def _without(*modules: str) -> list[str]:
    return [f"py_cv_module_{name}=n/a" for name in modules]


package = Package(
    version="3.13.5",
    group="languages",
    archive=Archive(
        "debian:pool/main/p/python3.13/python3.13_{version}.orig.tar.xz",
        sha256="93e583f243454e6e9e4588ca2c2662206ad961659863277afcdb96801647d640",
    ),
    license="PSF-2.0",
    license_files=["LICENSE"],
    depends=["expat", "libffi", "zlib"],
    options=[
        Option("ssl", "Modules ssl and hashlib with OpenSSL", [], _without("_ssl", "_hashlib"), True, ["openssl"]),
        Option("sqlite", "Module sqlite3", [], _without("_sqlite3"), True, ["sqlite"]),
        Option(
            "curses",
            "Modules curses and readline",
            [],
            _without("_curses", "_curses_panel", "readline"),
            False,
            ["ncurses", "readline"],
        ),
        Option("lzma", "Module lzma", [], _without("_lzma"), False, ["xz"]),
    ],
    build=Autotools(
        options=[
            *("--with-build-python=python3.13", "--enable-shared", "--without-ensurepip", "--disable-test-modules"),
            *("--with-system-expat", "--with-dbmliborder=", "--with-readline=readline", "--without-static-libpython"),
            # What configure would find out by running programs.
            *("ac_cv_file__dev_ptmx=yes", "ac_cv_file__dev_ptc=no", "ac_cv_buggy_getaddrinfo=no"),
            # Modules without a place in firmware, or whose libraries are not here.
            *(f"py_cv_module_{name}=n/a" for name in ("_tkinter", "_dbm", "_gdbm", "nis", "_uuid", "_bz2")),
        ],
    ),
    leave_out=[
        *("usr/bin/idle*", "usr/bin/pydoc*", "usr/bin/2to3*", "usr/lib/python3.13/idlelib"),
        *("usr/lib/python3.13/turtledemo", "usr/lib/python3.13/turtle.py", "usr/lib/python3.13/tkinter"),
        *("usr/lib/python3.13/ensurepip", "usr/lib/python3.13/pydoc_data"),
        # Byte code for python -O and -OO.
        "*.opt-[12].pyc",
    ],
    links={"usr/bin/python": "python3"},
)
