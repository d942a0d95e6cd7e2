# SPDX-License-Identifier: Apache-2.0
"""A library."""

from leafroot import Make, Package

package = Package(version="1", license="MIT", build=Make())
