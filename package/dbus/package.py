# SPDX-License-Identifier: Apache-2.0
"""Message bus that the programs of a system talk over."""

from leafroot import Account, Archive, Meson, Package

package = Package(
    version="1.16.2",
    group="servers",
    archive=Archive(
        "debian:pool/main/d/dbus/dbus_{version}.orig.tar.xz",
        sha256="0ba2a1a4b16afe7bceb2c07e9ce99a8c2c3508e5dec290dbb643384bd6beb7e2",
    ),
    license="(AFL-2.1 OR GPL-2.0-or-later) AND MIT AND TCL AND LicenseRef-pycrypto-orig",
    license_files=["COPYING", "LICENSES/AFL-2.1.txt", "LICENSES/GPL-2.0-or-later.txt"],
    depends=["expat"],
    build=Meson(
        options=[
            *("-Dmodular_tests=disabled", "-Dinstalled_tests=false", "-Ddoxygen_docs=disabled", "-Dxml_docs=disabled"),
            *("-Dqt_help=disabled", "-Dx11_autolaunch=disabled", "-Dsystemd=disabled", "-Druntime_dir=/run"),
            *("-Ddbus_user=dbus", "-Dsystem_pid_file=/run/dbus/pid"),
        ]
    ),
    accounts=[Account("dbus", 903)],
    kernel=["UNIX", "EPOLL"],
)
