# SPDX-License-Identifier: Apache-2.0
"""What Python modules are built and installed with: build, installer, and the usual backends."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=["flit", "python3-build", "python3-hatchling", "python3-installer", "python3-setuptools", "python3-wheel"],
    beside=["compile"],
)
