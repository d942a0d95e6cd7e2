/* SPDX-License-Identifier: Apache-2.0 */
/* lookout: from inside a container, is there any way to the host's root? */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"usage: lookout SECRET [POINT...]\n"
	"\n"
	"Looks for SECRET, a file in the host's root directory, in every way that leads out\n"
	"of a container whose root was not left behind. POINTs are where mounts may be,\n"
	"and below which. Needs /proc, a writable /tmp and the right to chroot(2).\n"
	"\n"
	"Exit status: 0 nothing found, 1 found (it says how), 2 a way could not be tried.\n";

static const char *secret;
static int found, untried;

/* Deeper than any directory here is. */
#define DEEP 64

static void report(const char *how)
{
	printf("lookout: found: %s\n", how);
	found = 1;
}

static void could_not(const char *what)
{
	printf("lookout: %s: %s\n", what, strerror(errno));
	untried = 1;
}

/* Whether the secret is at this directory, or where `..` leads from it. */
static int leads_out(int directory)
{
	int at = dup(directory), up, out = 0;

	for (int step = 0; at >= 0 && step < DEEP && !out; step++) {
		out = faccessat(at, secret, F_OK, 0) == 0;
		up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = up;
	}
	if (at >= 0)
		close(at);
	return out;
}

static void try_path(const char *path)
{
	int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return;
	if (leads_out(directory))
		report(path);
	close(directory);
}

/* The roots, working directories and open directories of all processes that can be seen. */
static void try_processes(void)
{
	static const char *const links[] = { "root", "cwd" };
	DIR *proc = opendir("/proc"), *fds;
	struct dirent *entry, *fd;
	char path[600];

	if (!proc) {
		could_not("/proc");
		return;
	}
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
			snprintf(path, sizeof(path), "/proc/%s/%s", entry->d_name, links[i]);
			try_path(path);
		}
		snprintf(path, sizeof(path), "/proc/%s/fd", entry->d_name);
		fds = opendir(path);
		while (fds && (fd = readdir(fds))) {
			snprintf(path, sizeof(path), "/proc/%s/fd/%s", entry->d_name, fd->d_name);
			if (fd->d_name[0] != '.')
				try_path(path);
		}
		if (fds)
			closedir(fds);
	}
	closedir(proc);
}

/* Whether a mount may be here: at one of the points, or below it. */
static int allowed(const char *point, char **points)
{
	for (; *points; points++) {
		size_t length = strlen(*points);

		if (strncmp(point, *points, length) == 0 && (point[length] == '\0' || point[length] == '/'))
			return 1;
	}
	return 0;
}

static void try_mounts(char **points)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096], point[1024], how[1100];
	int roots = 0;

	if (!file) {
		could_not("/proc/self/mountinfo");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %*s %*s %*s %1023s", point) != 1)
			continue;
		if (strcmp(point, "/") == 0) {
			roots++;
		} else if (!allowed(point, points)) {
			snprintf(how, sizeof(how), "a mount at %s", point);
			report(how);
		}
	}
	fclose(file);
	snprintf(how, sizeof(how), "%d mounts at /", roots);
	if (roots != 1)
		report(how);
}

/*
 * chroot(2) does not move the working directory: whoever is above the new root can go up as far as the mount
 * namespace goes. A root that was left for good has nothing above it.
 */
static void try_chroot(void)
{
	char below[] = "/tmp/lookout-XXXXXX";
	int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (top < 0 || !mkdtemp(below)) {
		could_not(below);
	} else if (chroot(below) != 0 || fchdir(top) != 0) {
		could_not("chroot");
	} else {
		for (int step = 0; step < DEEP; step++)
			if (chdir("..") != 0)
				could_not("..");
		if (access(secret, F_OK) == 0)
			report("out of a chroot, upwards");
	}
	if (top >= 0)
		close(top);
}

int main(int argc, char **argv)
{
	if (argc < 2 || argv[1][0] == '-' || strchr(argv[1], '/')) {
		fputs(usage, stderr);
		return 2;
	}
	secret = argv[1];
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	try_path("/");
	try_path(".");
	try_processes();
	try_mounts(argv + 2);
	try_chroot();
	return found ? 1 : untried ? 2 : 0;
}
