# SPDX-License-Identifier: Apache-2.0
"""Python: reads and writes YAML."""

from leafroot import Archive, Package, PythonModule

package = Package(
    version="6.0.2",
    group="languages",
    archive=Archive(
        "debian:pool/main/p/pyyaml/pyyaml_{version}.orig.tar.gz",
        sha256="d584d9ec91ad65861cc08d42e834324ef890a082e591037abe114850ff7bbc3e",
    ),
    license="MIT",
    license_files=["LICENSE"],
    depends=["libyaml", "python"],
    build=PythonModule(env={"PYYAML_FORCE_CYTHON": "1", "PYYAML_FORCE_LIBYAML": "1"}),
)
