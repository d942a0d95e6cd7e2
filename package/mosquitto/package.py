# SPDX-License-Identifier: Apache-2.0
"""Broker for MQTT, with the clients mosquitto_pub and mosquitto_sub."""

from leafroot import Account, Archive, CMake, Option, Package

package = Package(
    version="2.0.21",
    group="servers",
    archive=Archive(
        "debian:pool/main/m/mosquitto/mosquitto_{version}.orig.tar.gz",
        sha256="551daff96cd0675faf888f8881536177934424ecc45924fecf94cffe207f6e81",
    ),
    license="EPL-2.0 OR BSD-3-Clause",
    license_files=["LICENSE.txt", "epl-v20", "edl-v10"],
    depends=["cjson"],
    options=[
        Option("tls", "TLS", ["-DWITH_TLS=ON"], ["-DWITH_TLS=OFF"], default=True, depends=["openssl"]),
    ],
    build=CMake(
        options=[
            *("-DDOCUMENTATION=OFF", "-DWITH_PLUGINS=OFF", "-DWITH_LIB_CPP=OFF", "-DWITH_SYSTEMD=OFF"),
            *("-DWITH_SRV=OFF", "-DWITH_STATIC_LIBRARIES=OFF"),
        ]
    ),
    accounts=[Account("mosquitto", 901)],
)
