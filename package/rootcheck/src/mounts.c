/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mounts.h"

bool next_mount(FILE *mountinfo, struct mount_line *line)
{
	char text[4096];
	const char *tail;

	if (!fgets(text, sizeof(text), mountinfo))
		return false;
	text[strcspn(text, "\n")] = '\0';
	snprintf(line->raw, sizeof(line->raw), "%.511s", text);
	/* Optional fields are between the sixth field and a single hyphen. */
	tail = strstr(text, " - ");
	return tail &&
	       sscanf(text, "%d %d %u:%u %255s %255s", &line->id, &line->parent, &line->major, &line->minor,
		      line->root, line->point) == 6 &&
	       sscanf(tail, " - %63s %255s", line->type, line->source) == 2;
}

bool find_mount(const char *mountinfo, int id, struct mount_line *line)
{
	FILE *file = fopen(mountinfo, "re");
	bool found = false;

	if (!file)
		return false;
	while (!found && next_mount(file, line))
		found = line->id == id;
	fclose(file);
	return found;
}

int fdinfo_mount_id(const char *fdinfo)
{
	FILE *file = fopen(fdinfo, "re");
	char text[256];
	int id = -1;

	if (!file)
		return -1;
	while (id < 0 && fgets(text, sizeof(text), file))
		if (sscanf(text, "mnt_id: %d", &id) != 1)
			id = -1;
	fclose(file);
	return id;
}

/* Uses fdinfo instead of statx(2): it is older than STATX_MNT_ID, and every C library can open a file. */
int mount_id(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	char fdinfo[64];
	int id;

	if (fd < 0)
		return -1;
	snprintf(fdinfo, sizeof(fdinfo), "/proc/self/fdinfo/%d", fd);
	id = fdinfo_mount_id(fdinfo);
	close(fd);
	if (id < 0)
		errno = ENODATA;
	return id;
}
