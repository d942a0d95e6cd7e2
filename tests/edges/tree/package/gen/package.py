# SPDX-License-Identifier: Apache-2.0
"""A program that writes C, and is linked with liba."""

from leafroot import Make, Package

package = Package(version="1", license="MIT", depends=["liba"], build=Make(variables={"LIBS": "-la"}))
