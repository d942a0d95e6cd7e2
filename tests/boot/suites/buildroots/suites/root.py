# SPDX-License-Identifier: Apache-2.0
"""What the suites of the container runtimes call: GNU tools, a compiler, Python and bats."""

from leafroot import BuildRoot

root = BuildRoot(
    packages=[
        *("bash", "bats", "coreutils", "diffutils", "findutils", "gawk", "grep", "gzip", "iproute2", "jq", "libc-bin"),
        *("libcap2-bin", "mount", "procps", "sed", "strace", "tar", "util-linux", "xz-utils"),
        *("gcc", "libc6-dev", "libseccomp-dev", "python3", "python3-seccomp", "python3-tap"),
    ],
    links={"usr/bin/awk": "gawk", "usr/bin/sh": "bash"},
)
