# SPDX-License-Identifier: Apache-2.0
"""Python: publishes and receives messages of an MQTT broker."""

from leafroot import Archive, Package, PythonModule

package = Package(
    version="2.1.0",
    group="languages",
    archive=Archive(
        "debian:pool/main/p/python-paho-mqtt/python-paho-mqtt_{version}.orig.tar.gz",
        sha256="3602ce9d1ada58b063f2052ff013ff8cdd06d66cef918d5f6d048b6f68ccf049",
    ),
    license="EPL-2.0 OR BSD-3-Clause",
    license_files=["LICENSE.txt", "edl-v10", "epl-v20"],
    depends=["python"],
    build=PythonModule(),
)
