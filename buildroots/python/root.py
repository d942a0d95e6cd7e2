# SPDX-License-Identifier: Apache-2.0
"""What Python modules are built and installed with: build, installer, Cython, and the usual backends."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=[
        *("python3-build", "python3-installer", "python3-setuptools", "python3-wheel", "cython3"),
        *("flit", "python3-hatchling", "python3-poetry-core", "python3-setuptools-scm"),
    ],
    beside=["compile"],
)
