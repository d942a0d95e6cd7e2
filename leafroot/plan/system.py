# SPDX-License-Identifier: Apache-2.0
"""The part of the root that the configuration itself says: /init, accounts, names, the console."""

from __future__ import annotations

from leafroot.config.configuration import Config
from leafroot.describe.bootmode import BootMode

_INIT = """\
#!/bin/sh
# Process 1 of the initramfs, boot mode {mode}: the file systems that everything needs, then init.
mount -t devtmpfs -o nosuid,noexec,mode=0755 devtmpfs /dev
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
{check}exec /sbin/init </dev/console >/dev/console 2>&1
"""

_CHECK = """\
# The kernel goes on with plain rootfs if it could not do what it was asked for: say so before anything relies on it.
while read -r id parent device root point rest; do
    [ "$point" = / ] && break
done </proc/self/mountinfo
case "$id $parent,${{rest##* - }}" in
{pattern}) ;;
*) echo "leafroot: boot mode {mode} was asked for, but / is ${{rest##* - }}" >/dev/console ;;
esac
"""

_INITTAB = """\
# busybox init: what runs when
::sysinit:/etc/init.d/rcS
{device}::respawn:/sbin/getty -L {device} {speed} linux
::ctrlaltdel:/sbin/reboot
::shutdown:/etc/init.d/rcK
"""

_ISSUE_OPEN = "Leafroot, {board}. Log in as root; no password is asked for on this console.\n\n"
_ISSUE_CLOSED = "Leafroot, {board}.\n\n"


def init_script(mode: BootMode) -> str:
    """/init, which also looks whether the kernel mounted the root as the boot mode says."""
    check = _CHECK.format(mode=mode.name, pattern=mode.mountinfo) if mode.can_pivot else ""
    return _INIT.format(mode=mode.name, check=check)


def system_files(config: Config) -> tuple[tuple[str, int, str], ...]:
    """The files of the root that the configuration writes: (path, mode, text)."""
    device, _, speed = config.console.partition(",")
    issue = _ISSUE_CLOSED if config.root_password else _ISSUE_OPEN
    return (
        ("etc/hostname", 0o644, f"{config.hostname}\n"),
        ("etc/hosts", 0o644, f"127.0.0.1\tlocalhost\n127.0.1.1\t{config.hostname}\n"),
        ("etc/inittab", 0o644, _INITTAB.format(device=device, speed=speed.rstrip("n8") or "115200")),
        ("etc/issue", 0o644, issue.format(board=config.name)),
        ("etc/leafroot/boot-mode", 0o644, f"{config.mode.name}\n"),
        ("etc/os-release", 0o644, f'NAME=Leafroot\nID=leafroot\nPRETTY_NAME="Leafroot ({config.name})"\n'),
        ("init", 0o755, init_script(config.mode)),
    )


# A root without a /dev/console gives process 1 no console at all: the kernel opens it before anything is mounted
# (console_on_rootfs in init/main.c). All other nodes come from devtmpfs.
DEVICES: tuple[tuple[str, int, int, int], ...] = (("dev/console", 5, 1, 0o600), ("dev/null", 1, 3, 0o666))

# (path, mode)
DIRECTORIES: tuple[tuple[str, int], ...] = (
    ("dev", 0o755),
    ("mnt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("var/log", 0o755),
)
