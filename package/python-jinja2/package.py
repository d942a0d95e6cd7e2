# SPDX-License-Identifier: Apache-2.0
"""Python: templates of texts, as of web pages and configuration files."""

from leafroot import Archive, Package, PythonModule

package = Package(
    version="3.1.6",
    group="languages",
    archive=Archive(
        "debian:pool/main/j/jinja2/jinja2_{version}.orig.tar.gz",
        sha256="0137fb05990d35f1275a587e9aee6d56da821fc83491a0fb838183be43f66d6d",
    ),
    license="BSD-3-Clause",
    license_files=["LICENSE.txt"],
    depends=["python", "python-markupsafe"],
    build=PythonModule(),
)
