/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check 1: / is the mount that the initramfs was unpacked into, and process 1 never switched root.
 *
 * No interface reports this. So the check looks for what would be different if a first program had mounted a
 * filesystem of its own, copied the system into it and moved there:
 *  - the mount would have another type and another place in the mount tree than the kernel gives it before unpacking;
 *  - it would be newer than the mounts that the kernel makes for itself while it starts;
 *  - process 1 would have its console, which the kernel opened for it in the initramfs, on a mount that is gone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "mounts.h"

#define MOUNTINFO "/proc/self/mountinfo"

/* The place of the true root in the mount tree, as the boot leaves it; mount ids are assigned in order of creation. */
static void expect_place(enum mode mode, const struct mount_line *line)
{
	struct mount_line parent;

	if (strcmp(line->root, "/") != 0 || strcmp(line->point, "/") != 0)
		fail("/ is not the whole of a mount: a chroot, or a bind mount");
	if (strcmp(line->type, mode == MODE_LEAF_TMPFS ? "tmpfs" : "rootfs") != 0)
		fail("/ has the wrong type, %s", line->type);
	if (mode == MODE_ROOTFS) {
		if (line->parent != line->id)
			fail("/ has a parent mount, %d: it is not the root of the mount tree", line->parent);
		return;
	}
	if (line->parent == line->id)
		fail("/ has no parent mount: it is the root of the mount tree");
	/* The parent is not below /, so it is not listed. If it is listed, / was mounted over another /. */
	if (find_mount(MOUNTINFO, line->parent, &parent))
		fail("/ is mounted on a mount that can be reached: %s", parent.raw);
	/* nullfs is mount 1, rootfs is mount 2 on it; without nullfs, rootfs is mount 1. */
	if (mode == MODE_NULLFS && (line->id != 2 || line->parent != 1))
		fail("/ is mount %d on %d, not the kernel's 2 on 1", line->id, line->parent);
	if (mode == MODE_LEAF_TMPFS && line->parent != 1 && line->parent != 2)
		fail("/ is mounted on %d, which is not rootfs", line->parent);
}

/* The kernel mounts pipefs for itself before any program runs: its mount id separates older from newer mounts. */
static void expect_older_than_programs(const struct mount_line *line)
{
	char fdinfo[64];
	int ends[2], pipefs;

	if (pipe(ends) != 0)
		fail_errno("pipe");
	snprintf(fdinfo, sizeof(fdinfo), "/proc/self/fdinfo/%d", ends[0]);
	pipefs = fdinfo_mount_id(fdinfo);
	if (pipefs < 0)
		fail("%s has no mount id", fdinfo);
	if (line->id >= pipefs)
		fail("/ is mount %d, newer than pipefs (%d): not mounted before the first program", line->id, pipefs);
	close(ends[0]);
	close(ends[1]);
}

static void expect_same_link(const char *ours, const char *theirs)
{
	char a[128], b[128];
	ssize_t a_size = readlink(ours, a, sizeof(a)), b_size = readlink(theirs, b, sizeof(b));

	if (a_size < 0)
		fail_errno("%s", ours);
	if (b_size < 0)
		fail_errno("%s", theirs);
	if (a_size != b_size || memcmp(a, b, (size_t)a_size) != 0)
		fail("%s is %.*s, but %s is %.*s", ours, (int)a_size, a, theirs, (int)b_size, b);
}

static void expect_on_mount(const char *path, int id)
{
	int found = mount_id(path);

	if (found < 0)
		fail_errno("%s", path);
	if (found != id)
		fail("%s is on mount %d, / is mount %d", path, found, id);
}

/* The path in the initramfs where the kernel looked for the first program. */
static void first_program(char *path, size_t size)
{
	FILE *file = fopen("/proc/cmdline", "re");
	char text[4096] = "", *save = NULL;

	if (!file)
		fail_errno("/proc/cmdline");
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	snprintf(path, size, "/init");
	for (char *word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
		if (strncmp(word, "rdinit=", 7) == 0)
			snprintf(path, size, "%s", word + 7);
}

/* Process 1's terminals were opened on mounts that are visible from here: the root, or one below it. */
static void expect_console_at_hand(int root_id)
{
	for (int fd = 0; fd < 3; fd++) {
		struct mount_line line;
		struct stat status;
		char path[64];
		int id;

		snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
		if (stat(path, &status) != 0 || !S_ISCHR(status.st_mode))
			continue;
		snprintf(path, sizeof(path), "/proc/1/fdinfo/%d", fd);
		id = fdinfo_mount_id(path);
		if (id != root_id && !find_mount(MOUNTINFO, id, &line))
			fail("process 1 opened its file %d on mount %d, which is no longer in the mount tree", fd, id);
	}
}

/* Entering its own mount namespace puts a process at the namespace's root, which must be its old /. */
static void expect_namespace_root(int root_id)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail_errno("/proc/self/ns/mnt");
	if (setns(fd, CLONE_NEWNS) != 0)
		fail_errno("setns to the mount namespace that this process is in");
	if (mount_id("/") != root_id)
		fail("/ is not the root of its mount namespace: a chroot, or something is mounted over it");
	close(fd);
}

void check_identity(const struct context *context, int variant)
{
	struct mount_line line;
	char init[256];
	int id = mount_id("/");

	(void)variant;
	if (id < 0)
		fail_errno("the mount id of /");
	if (!find_mount(MOUNTINFO, id, &line))
		fail("/ is mount %d, which " MOUNTINFO " does not list", id);
	expect_place(context->mode, &line);
	expect_older_than_programs(&line);
	expect_same_link("/proc/self/ns/mnt", "/proc/1/ns/mnt");
	expect_on_mount("/proc/1/root", id);
	expect_on_mount("/proc/1/exe", id);
	first_program(init, sizeof(init));
	expect_on_mount(init, id);
	expect_console_at_hand(id);
	expect_namespace_root(id);
}
