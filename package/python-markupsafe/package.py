# SPDX-License-Identifier: Apache-2.0
"""Python: text that is safe to be put into HTML."""

from leafroot import Archive, Package, PythonModule

package = Package(
    version="2.1.5",
    group="languages",
    archive=Archive(
        "debian:pool/main/m/markupsafe/markupsafe_{version}.orig.tar.gz",
        sha256="d283d37a890ba4c1ae73ffadf8046435c76e7bc2247bbb63c00bd1a709c6544b",
    ),
    license="BSD-3-Clause",
    license_files=["LICENSE.rst"],
    depends=["python"],
    build=PythonModule(),
)
