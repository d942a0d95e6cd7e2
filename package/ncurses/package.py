# SPDX-License-Identifier: Apache-2.0
"""Library for programs that draw on a terminal, with the terminals that are usual today."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="6.5+20250216",
    group="libraries",
    archive=Archive(
        "debian:pool/main/n/ncurses/ncurses_{version}.orig.tar.gz",
        sha256="b37baafa436e7133bb12a185cb8f60e1599b1947e9f0181c76f3190acf28b6eb",
    ),
    license="X11-distribute-modifications-variant",
    license_files=["COPYING"],
    # Programs look for the library and its headers by other names, too.
    links={
        **{f"usr/lib/lib{name}.so": "libncursesw.so" for name in ("curses", "ncurses", "termcap", "tinfo")},
        "usr/include/ncursesw": ".",
    },
    build_roots=["generators"],
    build=Autotools(
        options=[
            *("--with-shared", "--without-normal", "--without-debug", "--without-cxx-binding", "--without-ada"),
            *(
                "--without-manpages",
                "--without-tests",
                "--disable-db-install",
                "--enable-widec",
                "--enable-overwrite",
                "--enable-pc-files",
            ),
            *("--with-pkg-config-libdir=/usr/lib/pkgconfig", "--with-default-terminfo-dir=/usr/share/terminfo"),
            *(
                "--disable-stripping",
                "--with-fallbacks=linux,vt100,vt102,vt220,xterm,xterm-256color,screen,screen-256color,tmux,tmux-256color,dumb",
            ),
        ],
    ),
)
