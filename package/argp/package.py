# SPDX-License-Identifier: Apache-2.0
"""argp.h, the command line parser of the GNU C library, which musl does not have.

This is our own code on top of getopt_long(3), with the features that the programs here use. Debian's package of
gnulib's sources would be a download of 92 MB for ten files.
"""

from leafroot import Make, Package

package = Package(
    version="1",
    group="libraries",
    license="MIT",
    license_files=["LICENSE"],
    build=Make(),
)
