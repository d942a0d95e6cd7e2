# SPDX-License-Identifier: Apache-2.0
"""argp.h, the GNU C library's parser of command lines, which musl leaves out.

As far as programs here use it: our own code over getopt_long(3). The package of gnulib's sources that Debian has would
be 92 MB to fetch for ten files.
"""

from leafroot import Make, Package

package = Package(
    version="1",
    license="MIT",
    license_files=["LICENSE"],
    build=Make(),
)
