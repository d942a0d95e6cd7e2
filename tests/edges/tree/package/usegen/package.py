# SPDX-License-Identifier: Apache-2.0
"""A program whose source the tool gen writes."""

from leafroot import Make, Package

package = Package(version="1", license="MIT", tools=["gen"], build=Make())
