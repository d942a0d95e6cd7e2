# SPDX-License-Identifier: Apache-2.0
"""The GNU shell."""

from leafroot import Archive, Autotools, Package

package = Package(
    version="5.2.37",
    group="shell",
    archive=Archive(
        "debian:pool/main/b/bash/bash_{version}.orig.tar.xz",
        sha256="370704c9c859f4060b7df19055e43bb9b5fa09d887699cf6ba87885c5485d36a",
    ),
    license="GPL-3.0-or-later",
    license_files=["COPYING"],
    depends=["ncurses", "readline"],
    build=Autotools(
        options=[
            "--without-bash-malloc",
            "--with-installed-readline",
            "bash_cv_termcap_lib=libncursesw",
            "bash_cv_getcwd_malloc=yes",
            "bash_cv_job_control_missing=present",
            "bash_cv_sys_named_pipes=present",
            "bash_cv_func_sigsetjmp=present",
            "bash_cv_printf_a_format=yes",
        ]
    ),
)
