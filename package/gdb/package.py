# SPDX-License-Identifier: Apache-2.0
"""The debugger's server, gdbserver, that a debugger on another machine connects to."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="16.3",
    group="debugging",
    archive=Archive(
        "debian:pool/main/g/gdb/gdb_{version}.orig.tar.xz",
        sha256="99c11713693d81d5463733c29333f2c06c358b730c911b2438a849b26ca4b6b6",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING3"],
    languages=["c++"],
    build=Autotools(
        options=[
            *("--enable-gdbserver", "--disable-gdb", "--disable-sim", "--disable-binutils", "--disable-ld"),
            *("--disable-gas", "--disable-gold", "--disable-gprof", "--disable-gprofng", "--disable-inprocess-agent"),
            *("--disable-werror", "--without-gmp", "--without-mpfr"),
        ],
        make=["all-gdbserver"],
        install=["install-gdbserver"],
    ),
)
