/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: escape MARKER: shows what a privileged container can still reach of the root that it came from.
 *
 * Makes a container's root as runtimes do: a mount namespace of its own, a new root, pivot_root, and the old root
 * unmounted. If pivot_root is refused, it moves the mount over / and uses chroot, as runtimes do when told to. Then it
 * tries to get back to a file that only the old root has. Each try is a process with a namespace and a container of its
 * own, and with all privileges, including CAP_SYS_ADMIN and CAP_SYS_CHROOT. One line reports all results.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the container's root is mounted: any empty directory. */
#define PLACE "/mnt"
/* More than any path here is deep. */
#define DEEP 32
/* The status of a try: the marker was found, was not found, or the try could not be made. */
enum { FOUND, OUT_OF_REACH, BROKEN };

static const char *marker;

static _Noreturn void broken(const char *what)
{
	fprintf(stderr, "escape: %s: %s\n", what, strerror(errno));
	_exit(BROKEN);
}

static bool found(void)
{
	return access(marker, F_OK) == 0 || access(marker + 1, F_OK) == 0;
}

/* Leaves the old root for a new, empty one; false if pivot_root was refused and the mount was moved over / instead. */
static bool enter_container(void)
{
	bool pivoted;

	if (unshare(CLONE_NEWNS) != 0)
		broken("unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		broken("making / private");
	if (chdir("/") != 0 || !found())
		broken("the marker, which must be in the old root");
	if (mount("container", PLACE, "tmpfs", 0, "mode=0755") != 0)
		broken("mounting the new root");
	if (chdir(PLACE) != 0 || mkdir("old", 0755) != 0)
		broken("the new root");
	pivoted = syscall(SYS_pivot_root, ".", "old") == 0;
	if (!pivoted && errno != EINVAL)
		broken("pivot_root");
	if (pivoted) {
		if (umount2("old", MNT_DETACH) != 0)
			broken("unmounting the old root");
	} else if (mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0) {
		broken("moving the new root over /");
	}
	if (chdir("/") != 0 || rmdir("old") != 0)
		broken("the new root, entered");
	if (found())
		broken("the marker is in plain sight");
	return pivoted;
}

static void climb(void)
{
	for (int step = 0; step < DEEP; step++)
		if (chdir("..") != 0)
			broken("chdir(\"..\")");
}

/* Upwards from the working directory. */
static bool try_dotdot(void)
{
	climb();
	return found();
}

/* The classic escape: chroot into a directory, stay outside with the working directory, and go up past the old root. */
static bool try_chroot(void)
{
	if (mkdir("/cell", 0755) != 0 || chroot("/cell") != 0)
		broken("chroot to a directory of the container");
	climb();
	if (chroot(".") != 0)
		broken("chroot(\".\")");
	return found();
}

/* Unmounts what is at /, enters the namespace again to see what was below, and repeats this down to the bottom. */
static bool try_umount(void)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (self < 0)
		broken("pidfd_open");
	for (int level = 0; level < DEEP; level++) {
		if (umount2("/", MNT_DETACH) != 0)
			return false;
		if (setns(self, CLONE_NEWNS) != 0)
			broken("setns, with / unmounted");
		if (found())
			return true;
	}
	return false;
}

/* Mounts the RAM disk once more, by its device number. */
static bool try_device(void)
{
	if (mknod("/disk", S_IFBLK | 0600, makedev(1, 0)) != 0 || mkdir("/cell", 0755) != 0)
		broken("a node for the first RAM disk");
	return mount("/disk", "/cell", "ext2", 0, NULL) == 0 && chdir("/cell") == 0 && found();
}

static bool try_nothing(void)
{
	return false;
}

static int attempt(bool (*try)(void), bool *pivoted)
{
	int status, pipe_ends[2];
	char answer = 0;
	pid_t pid;

	if (pipe(pipe_ends) != 0)
		broken("pipe");
	pid = fork();
	if (pid < 0)
		broken("fork");
	if (pid == 0) {
		answer = enter_container() ? 'p' : 'm';
		if (write(pipe_ends[1], &answer, 1) != 1)
			broken("write");
		_exit(try() ? FOUND : OUT_OF_REACH);
	}
	close(pipe_ends[1]);
	if (read(pipe_ends[0], &answer, 1) == 1)
		*pivoted = answer == 'p';
	close(pipe_ends[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return BROKEN;
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		bool (*try)(void);
	} tries[] = {
		{ "dotdot", try_dotdot },
		{ "chroot", try_chroot },
		{ "umount", try_umount },
		{ "device", try_device },
	};
	static const char *const words[] = { [FOUND] = "found", [OUT_OF_REACH] = "no", [BROKEN] = "broken" };
	bool pivoted = false;
	int worst;

	if (argc != 2 || argv[1][0] != '/') {
		fprintf(stderr, "usage: escape MARKER (an absolute path)\n");
		return 2;
	}
	marker = argv[1];
	worst = attempt(try_nothing, &pivoted);
	printf("bench: pivot_root=%s", worst == BROKEN ? "broken" : pivoted ? "works" : "EINVAL");
	for (size_t index = 0; index < sizeof(tries) / sizeof(tries[0]); index++) {
		int status = attempt(tries[index].try, &pivoted);

		printf(" %s=%s", tries[index].name, words[status > BROKEN ? BROKEN : status]);
	}
	printf("\n");
	return fflush(stdout) == 0 ? 0 : 1;
}
