# SPDX-License-Identifier: Apache-2.0
"""A library that is linked with liba."""

from leafroot import Make, Package

package = Package(version="1", license="MIT", depends=["liba"], build=Make())
