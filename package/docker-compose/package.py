# SPDX-License-Identifier: Apache-2.0
"""Runs applications of several containers, described in one YAML file: 'docker compose'."""

from leafroot import Archive, Go, Package

NAME = "github.com/docker/compose/v2"

package = Package(
    version="2.26.1",
    group="containers",
    archive=Archive(
        "debian:pool/main/d/docker-compose/docker-compose_{version}.orig.tar.xz",
        sha256="9b2f3ec4ccced49125d8ae46e09d45d435623a4c58ba609b3ec160baeb400242",
    ),
    license="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    runs_with=["docker"],
    build=Go(
        paths={"": NAME},
        # A plugin of the docker command.
        programs={f"{NAME}/cmd": "usr/libexec/docker/cli-plugins/docker-compose"},
        modules=["src:docker-compose"],
        variables={f"{NAME}/internal.Version": "{version}"},
    ),
)
