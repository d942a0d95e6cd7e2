/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks 2 to 4: pivot_root leaves the root, which can then be unmounted and is out of reach.
 *
 * There are two processes. The leaver enters a mount namespace of its own and leaves the root. The observer stays
 * behind, keeps the leaver's first namespace alive, and looks at the leaver from outside, through /proc: the new root
 * has no /proc, and a process cannot report reliably what it no longer sees.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "observe.h"

#define USER 1000

static void write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		fail_errno("%s", path);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail_errno("writing \"%s\" to %s", text, path);
	close(fd);
}

/* Becomes an ordinary user with no privilege, then that user's root in user and mount namespaces of its own. */
static void enter_user_namespace(void)
{
	if (setgroups(0, NULL) != 0)
		fail_errno("setgroups");
	if (setgid(USER) != 0)
		fail_errno("setgid(%d)", USER);
	if (setuid(USER) != 0)
		fail_errno("setuid(%d)", USER);
	if (setuid(0) == 0)
		fail("setuid(0) worked after setuid(%d): still privileged", USER);
	/* The change of user reset these: /proc/self belongs to root, and no signal follows the parent's death. */
	if (prctl(PR_SET_DUMPABLE, 1) != 0)
		fail_errno("PR_SET_DUMPABLE");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		fail_errno("unshare(CLONE_NEWUSER | CLONE_NEWNS) as user %d", USER);
	write_map("/proc/self/setgroups", "deny");
	write_map("/proc/self/uid_map", "0 1000 1");
	write_map("/proc/self/gid_map", "0 1000 1");
}

/* Enters a namespace of the leaver's own, whose mounts propagate nothing to the namespace it comes from. */
static void enter_namespaces(int variant)
{
	unsigned long private = (variant & PIVOT_SHARED) ? MS_SLAVE : MS_PRIVATE;

	if (variant & PIVOT_USER)
		enter_user_namespace();
	else if (unshare(CLONE_NEWNS) != 0)
		fail_errno("unshare(CLONE_NEWNS)");
	if (mount(NULL, "/", NULL, MS_REC | private, NULL) != 0)
		fail_errno("making / %s", private == MS_SLAVE ? "a slave" : "private");
}

/* Mounts a new root on an empty directory, and makes a file "here" and a directory "old" in it. */
static void arrange(const char *new_root)
{
	char path[128];
	int fd;

	if (mount(OBSERVED_SOURCE, new_root, "tmpfs", 0, "mode=0755") != 0)
		fail_errno("mounting a tmpfs on %s", new_root);
	snprintf(path, sizeof(path), "%s/here", new_root);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		fail_errno("%s", path);
	close(fd);
	snprintf(path, sizeof(path), "%s/old", new_root);
	if (mkdir(path, 0755) != 0)
		fail_errno("%s", path);
}

/* Makes the call in the form to be checked; returns the result of the system call. */
static long pivot(const char *new_root, bool stacked)
{
	char old[128];

	if (stacked) {
		if (chdir(new_root) != 0)
			fail_errno("chdir to %s", new_root);
		return syscall(SYS_pivot_root, ".", ".");
	}
	if (chdir("/") != 0)
		fail_errno("chdir to /");
	snprintf(old, sizeof(old), "%s/old", new_root);
	return syscall(SYS_pivot_root, new_root, old);
}

/* Unmounts the root that was left. */
static void detach_old(bool stacked)
{
	const char *old = stacked ? "." : "/old";

	if (umount2(old, MNT_DETACH) != 0)
		fail_errno("umount2(\"%s\", MNT_DETACH)", old);
	if (rmdir("/old") != 0)
		fail_errno("removing /old after it was unmounted");
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Goes up from the root and from the working directory, and looks for what was in the old root. */
static void expect_out_of_reach(const struct context *context)
{
	struct stat root, up;
	char where[256];

	if (access("/here", F_OK) != 0)
		fail_errno("/ is not the new root: /here");
	if (access(context->work, F_OK) == 0)
		fail("%s of the old root can still be reached", context->work);
	if (stat("/", &root) != 0)
		fail_errno("/");
	for (int step = 0; step < 3; step++) {
		if (stat(".", &up) != 0)
			fail_errno("the directory %d above the working directory", step);
		if (!same_file(&root, &up))
			fail("the directory %d above the working directory is not the new root", step);
		if (chdir("..") != 0)
			fail_errno("chdir(\"..\")");
	}
	if (stat("/../..", &up) != 0)
		fail_errno("/../..");
	if (!same_file(&root, &up))
		fail("/../.. is not /");
	if (!getcwd(where, sizeof(where)))
		fail_errno("getcwd");
	if (strcmp(where, "/") != 0)
		fail("the working directory is %s, not /", where);
}

/* Prepares a new root and moves to it. Returns false if pivot_root was refused with EINVAL. */
static bool leave(const char *new_root, bool stacked)
{
	arrange(new_root);
	if (pivot(new_root, stacked) != 0) {
		if (errno == EINVAL)
			return false;
		fail_errno("pivot_root");
	}
	return true;
}

/*
 * On plain rootfs, the root must be the reason of the refusal: once the process has changed its root to another mount,
 * the same calls must work. (So where pivot_root itself is checked, there may be no chroot before it.)
 */
static void leave_after_chroot(const char *new_root, bool stacked)
{
	if (chdir(new_root) != 0)
		fail_errno("chdir to %s", new_root);
	if (chroot(".") != 0)
		fail_errno("chroot to %s", new_root);
	if (mkdir("/new", 0755) != 0)
		fail_errno("/new in the other root");
	if (!leave("/new", stacked))
		fail("pivot_root fails with EINVAL after a chroot to another mount too: the root is not the reason");
}

static void close_all_but(int kept)
{
	for (int fd = 0; fd < 1024; fd++)
		if (fd != kept)
			close(fd);
}

/* The leaver. Once it has left, it stops so that the observer can look at it; it ends when it is continued. */
static _Noreturn void run_leaver(const struct context *context, int variant)
{
	bool stacked = variant & PIVOT_STACKED, left;
	char new_root[80], marker[128];
	int namespace;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_namespaces(variant);
	close_all_but(report_descriptor());
	namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		fail_errno("/proc/self/ns/mnt");
	snprintf(new_root, sizeof(new_root), "%s/new", context->work);
	left = leave(new_root, stacked);
	if (context->mode == MODE_ROOTFS) {
		if (left)
			fail("pivot_root worked: / is not a plain rootfs");
		leave_after_chroot(new_root, stacked);
	} else if (!left) {
		fail("pivot_root fails with EINVAL");
	}
	/* The file that is searched for afterwards must exist before. */
	snprintf(marker, sizeof(marker), "/old%s", context->work);
	if (!stacked && context->mode != MODE_ROOTFS && access(marker, F_OK) != 0)
		fail_errno("%s, the marker of the old root", marker);
	detach_old(stacked);
	expect_out_of_reach(context);
	/* After a chroot, the namespace still has its old root: nothing was replaced. */
	if (context->mode != MODE_ROOTFS) {
		if (setns(namespace, CLONE_NEWNS) != 0)
			fail_errno("setns to the mount namespace that this process is in");
		expect_out_of_reach(context);
	}
	close(namespace);
	raise(SIGSTOP);
	_exit(0);
}

void check_pivot(const struct context *context, int variant)
{
	static char before[OBSERVED_SIZE], after[OBSERVED_SIZE];
	int status;
	pid_t pid;

	if (variant & PIVOT_SHARED) {
		/* Like systemd, but in a namespace of the check's own, so that the live root does not change. */
		if (unshare(CLONE_NEWNS) != 0)
			fail_errno("unshare(CLONE_NEWNS)");
		if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
			fail_errno("making / private");
		if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) != 0)
			fail_errno("making / shared");
		read_own_mounts(before);
	}
	pid = fork();
	if (pid < 0)
		fail_errno("fork");
	if (pid == 0)
		run_leaver(context, variant);
	if (waitpid(pid, &status, WUNTRACED) != pid)
		fail_errno("waitpid");
	if (!WIFSTOPPED(status)) {
		if (WIFSIGNALED(status))
			fail("the process that leaves the root was killed by signal %d", WTERMSIG(status));
		_exit(1);
	}
	observe_leaver(context, pid);
	if (variant & PIVOT_SHARED) {
		read_own_mounts(after);
		if (strcmp(before, after) != 0)
			fail("leaving the root changed the mounts of the namespace that was left");
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}
