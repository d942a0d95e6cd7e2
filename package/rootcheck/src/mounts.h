/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the kernel's list of mounts. */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include <stdio.h>

/* One line of mountinfo, see proc_pid_mountinfo(5). Strings are escaped as the kernel escapes them. */
struct mount_line {
	int id, parent;
	unsigned major, minor;
	char root[256], point[256], type[64], source[256];
	char raw[512];
};

/* Reads the next line; false at the end, or if the line is not in the format of mountinfo. */
bool next_mount(FILE *mountinfo, struct mount_line *line);

/* Finds a mount by its id in the given mountinfo file; false if it is not listed (or the file cannot be read). */
bool find_mount(const char *mountinfo, int id, struct mount_line *line);

/* The id of the mount that a path is on; for a magic link, of its target. -1 and errno if there is none. */
int mount_id(const char *path);

/* The id of the mount that a file was opened on, from a file /proc/.../fdinfo/N. -1 if it has none. */
int fdinfo_mount_id(const char *fdinfo);

#endif
