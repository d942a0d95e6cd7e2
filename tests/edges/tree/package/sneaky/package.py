# SPDX-License-Identifier: Apache-2.0
"""A program that is linked with liba and does not say so."""

from leafroot import Make, Package

package = Package(version="1", license="MIT", depends=["libb"], build=Make(variables={"LIBS": "-lb -la"}))
