# SPDX-License-Identifier: Apache-2.0
"""The Open Container Initiative's validation of runtimes: a program for each subject, and one that runs inside."""

from leafroot import Archive, Go, Package

NAME = "github.com/opencontainers/runtime-tools"
SUBJECTS = """
    config_updates_without_affect create default delete delete_only_create_resources delete_resources
    hooks hooks_stdin hostname kill kill_no_effect killsig linux_cgroups_blkio linux_cgroups_cpus
    linux_cgroups_devices linux_cgroups_hugetlb linux_cgroups_memory linux_cgroups_network linux_cgroups_pids
    linux_cgroups_relative_blkio linux_cgroups_relative_cpus linux_cgroups_relative_devices
    linux_cgroups_relative_hugetlb linux_cgroups_relative_memory linux_cgroups_relative_network
    linux_cgroups_relative_pids linux_devices linux_masked_paths linux_mount_label linux_ns_itype linux_ns_nopath
    linux_ns_path linux_ns_path_type linux_process_apparmor_profile linux_readonly_paths linux_rootfs_propagation
    linux_seccomp linux_sysctl linux_uid_mappings misc_props mounts pidfile poststart poststart_fail poststop
    poststop_fail prestart prestart_fail process process_capabilities process_capabilities_fail
    process_oom_score_adj process_rlimits process_rlimits_fail process_user root_readonly_true start state
"""

package = Package(
    version="0.9.0.109.ge931285",
    archive=Archive(
        "debian:pool/main/g/golang-github-opencontainers-runtime-tools/"
        "golang-github-opencontainers-runtime-tools_{version}.orig.tar.xz",
        sha256="203989a1ea98cf2aaced79155bbda09270b20db19b03376dde91ab12e5e6a0fe",
    ),
    license="Apache-2.0",
    license_files=["LICENSE"],
    build=Go(
        paths={"": NAME},
        programs={
            f"{NAME}/cmd/runtimetest": "usr/libexec/ocivalidation/runtimetest",
            **{f"{NAME}/validation/{subject}": f"usr/libexec/ocivalidation/{subject}" for subject in SUBJECTS.split()},
        },
        # The validation programs import more than what Debian builds.
        modules=[
            "src:golang-github-opencontainers-runtime-tools",
            "golang-github-google-uuid-dev",
            "golang-github-mrunalp-fileutils-dev",
            "golang-github-urfave-cli-dev",
        ],
    ),
)
