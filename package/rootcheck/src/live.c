/* SPDX-License-Identifier: Apache-2.0 */
/* The last check: the checks before it left the live root as it was, and writable. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "check.h"
#include "mounts.h"

void check_live_root(const struct context *context, int variant)
{
	struct mount_line line;
	struct statvfs status;
	char path[128];
	int fd;

	(void)variant;
	if (!find_mount("/proc/self/mountinfo", mount_id("/"), &line))
		fail("/ is no longer listed in /proc/self/mountinfo");
	if (strcmp(line.raw, context->root_line) != 0)
		fail("the mount at / was: %s; it is now: %s", context->root_line, line.raw);
	if (statvfs("/", &status) != 0)
		fail_errno("statvfs of /");
	if (status.f_flag & ST_RDONLY)
		fail("/ is read-only");
	snprintf(path, sizeof(path), "%s/written", context->work);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fail_errno("%s", path);
	if (write(fd, "x", 1) != 1)
		fail_errno("writing %s", path);
	close(fd);
	if (unlink(path) != 0)
		fail_errno("removing %s", path);
}
