/* SPDX-License-Identifier: Apache-2.0 */
/* rootcheck: does the kernel mount the initramfs so that the root can be left? Prints TAP. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"
#include "mounts.h"

static const char *const mode_names[MODE_COUNT] = { "nullfs", "leaf-tmpfs", "rootfs" };

#define ALWAYS(text) { text, text, text }
#define LEFT "the old root is unmounted and out of reach"
#define REFUSED "refused with EINVAL (plain rootfs)"

/* Both forms of the call: with a directory for the old root, and the form that container runtimes use. */
#define PIVOT_CHECKS(who, variant) \
	{ "pivot_root(new, new/old) " who, { LEFT, LEFT, REFUSED }, check_pivot, variant }, \
	{ "pivot_root(\".\", \".\") " who, { LEFT, LEFT, REFUSED }, check_pivot, (variant) | PIVOT_STACKED }

/* Other programs look for these lines: their wording is fixed. */
static const struct check checks[] = {
	{ "root", ALWAYS("/ is the mount of the initramfs, process 1 never switched root"), check_identity, 0 },
	PIVOT_CHECKS("as root", 0),
	PIVOT_CHECKS("as root, after / was made shared", PIVOT_SHARED),
	PIVOT_CHECKS("as an ordinary user", PIVOT_USER),
	PIVOT_CHECKS("as an ordinary user, after / was made shared", PIVOT_USER | PIVOT_SHARED),
	{ "below the root",
	  { "nothing but an empty immutable nullfs", "a rootfs with only the mount point in it",
	    "no mount (plain rootfs)" }, check_below, 0 },
	{ "live root", ALWAYS("unchanged and writable"), check_live_root, 0 },
};

static const char usage[] =
	"usage: rootcheck [-t SECONDS] MODE\n"
	"\n"
	"Checks, as root and in the first mount namespace, that this system was booted in\n"
	"MODE: nullfs, leaf-tmpfs or rootfs. Needs /proc. Prints TAP. Mounts only in\n"
	"namespaces of its own.\n"
	"\n"
	"  -t SECONDS  time limit of each check (default 20)\n"
	"\n"
	"Exit status: 0 all checks passed, 1 some failed, 2 wrong usage, 3 could not start.\n";

/* The value of one line of /proc/meminfo, in KiB. */
static long memory(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long value = -1;

	if (!file)
		return -1;
	while (value < 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			value = atol(line + strlen(name) + 1);
	fclose(file);
	return value;
}

static void diagnose_system(const struct context *context)
{
	FILE *file = fopen("/proc/cmdline", "re");
	char line[4096] = "";
	struct utsname name;

	if (uname(&name) == 0)
		diagnose("kernel: %s %s", name.release, name.machine);
	if (file) {
		if (fgets(line, sizeof(line), file))
			line[strcspn(line, "\n")] = '\0';
		fclose(file);
	}
	diagnose("cmdline: %s", line);
	diagnose("mode: %s", mode_names[context->mode]);
	diagnose("root: %s", context->root_line);
	diagnose("memory: %ld KiB in all, %ld KiB in use", memory("MemTotal"),
		 memory("MemTotal") - memory("MemAvailable"));
}

static int bail_out(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	return 3;
}

static int run(struct context *context, int seconds)
{
	char new_root[80];
	struct mount_line line;
	int failed;

	puts("TAP version 13");
	if (geteuid() != 0) {
		errno = EPERM;
		return bail_out("not root");
	}
	if (access("/proc/self/mountinfo", R_OK) != 0)
		return bail_out("/proc/self/mountinfo");
	if (!find_mount("/proc/self/mountinfo", mount_id("/"), &line)) {
		errno = ENOENT;
		return bail_out("/ in /proc/self/mountinfo (is this a chroot?)");
	}
	snprintf(context->root_line, sizeof(context->root_line), "%s", line.raw);
	snprintf(context->work, sizeof(context->work), "/.rootcheck-%d", (int)getpid());
	snprintf(new_root, sizeof(new_root), "%s/new", context->work);
	if (mkdir(context->work, 0755) != 0 || mkdir(new_root, 0755) != 0)
		return bail_out(new_root);
	diagnose_system(context);
	failed = run_checks(checks, sizeof(checks) / sizeof(checks[0]), context, seconds);
	if (rmdir(new_root) != 0 || rmdir(context->work) != 0)
		return bail_out(new_root);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct context context = { .mode = MODE_COUNT };
	int option, seconds = 20, status;

	while ((option = getopt(argc, argv, "ht:")) != -1) {
		if (option == 't')
			seconds = atoi(optarg);
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option == '?' || seconds <= 0) {
			fputs(usage, stderr);
			return 2;
		}
	}
	for (int mode = 0; optind + 1 == argc && mode < MODE_COUNT; mode++)
		if (strcmp(argv[optind], mode_names[mode]) == 0)
			context.mode = (enum mode)mode;
	if (context.mode == MODE_COUNT) {
		fputs(usage, stderr);
		return 2;
	}
	/* Whole lines, so that kernel messages on the same console appear between lines, not within them. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	umask(022);
	status = run(&context, seconds);
	return fflush(stdout) == 0 ? status : 3;
}
