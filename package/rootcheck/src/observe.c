/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mounts.h"
#include "observe.h"

/* The process's list of mounts has exactly one line, the new root. */
static void expect_one_mount(pid_t pid)
{
	struct mount_line line;
	char path[64];
	FILE *file;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	file = fopen(path, "re");
	if (!file)
		fail_errno("%s", path);
	while (next_mount(file, &line)) {
		if (strcmp(line.source, OBSERVED_SOURCE) != 0 || strcmp(line.point, "/") != 0)
			fail("after leaving the root, another mount is still there: %s", line.raw);
		count++;
	}
	fclose(file);
	if (count != 1)
		fail("after leaving the root, %d mounts are listed instead of 1", count);
}

/* The kernel's view of the process's root and working directory: one directory, not on our root. */
static void expect_new_root(const struct context *context, pid_t pid)
{
	char root_path[64], cwd_path[64], path[192];
	struct stat ours, root, cwd;

	snprintf(root_path, sizeof(root_path), "/proc/%d/root", (int)pid);
	snprintf(cwd_path, sizeof(cwd_path), "/proc/%d/cwd", (int)pid);
	if (stat("/", &ours) != 0)
		fail_errno("/");
	if (stat(root_path, &root) != 0)
		fail_errno("%s", root_path);
	if (stat(cwd_path, &cwd) != 0)
		fail_errno("%s", cwd_path);
	if (root.st_dev == ours.st_dev)
		fail("%s is still on the old root", root_path);
	if (cwd.st_dev != root.st_dev || cwd.st_ino != root.st_ino)
		fail("%s is not the new root", cwd_path);
	snprintf(path, sizeof(path), "%s/here", root_path);
	if (access(path, F_OK) != 0)
		fail_errno("%s", path);
	snprintf(path, sizeof(path), "%s%s", root_path, context->work);
	if (access(path, F_OK) == 0 || errno != ENOENT)
		fail("%s of the old root is in the new root", context->work);
}

/* A descriptor on the old root would be a way back. The process may have one descriptor, the pipe for its reports. */
static void expect_no_files(pid_t pid)
{
	struct dirent *entry;
	char path[64];
	DIR *directory;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	directory = opendir(path);
	if (!directory)
		fail_errno("%s", path);
	while ((entry = readdir(directory))) {
		char target[128];
		ssize_t size;

		if (entry->d_name[0] == '.')
			continue;
		size = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target));
		if (size < 5 || memcmp(target, "pipe:", 5) != 0)
			fail("the process that left the root has a file open: %.*s", size < 0 ? 0 : (int)size, target);
		count++;
	}
	closedir(directory);
	if (count != 1)
		fail("the process that left the root has %d open descriptors instead of 1", count);
}

void observe_leaver(const struct context *context, pid_t pid)
{
	expect_one_mount(pid);
	expect_new_root(context, pid);
	expect_no_files(pid);
}

void read_own_mounts(char *text)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	size_t size;

	if (!file)
		fail_errno("/proc/self/mountinfo");
	size = fread(text, 1, OBSERVED_SIZE - 1, file);
	fclose(file);
	text[size] = '\0';
	if (size == 0 || size == OBSERVED_SIZE - 1)
		fail("/proc/self/mountinfo cannot be compared: %zu bytes", size);
}
