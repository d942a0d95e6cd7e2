/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check 5: what lies below the root.
 *
 * In a mount namespace of its own, the check unmounts the topmost mount at / and enters the namespace again, which
 * puts it at the root of what is left. This needs MNT_DETACH: a plain umount of / does not unmount, but makes the
 * live root read-only.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "check.h"

/* From the kernel's magic.h; the installed headers may be too old to have all of them. */
#define TMPFS_TYPE 0x01021994u
#define RAMFS_TYPE 0x858458f6u
#define NULLFS_TYPE 0x4e554c4cu

/* Unmounts what is mounted at / and enters what was below it; false if there is nothing below. */
static bool peel(int namespace)
{
	if (umount2("/", MNT_DETACH) != 0) {
		if (errno == EINVAL)
			return false;
		fail_errno("umount2(\"/\", MNT_DETACH)");
	}
	if (setns(namespace, CLONE_NEWNS) != 0)
		fail_errno("setns, with / unmounted");
	return true;
}

static unsigned long filesystem_type(void)
{
	struct statfs status;

	if (statfs("/", &status) != 0)
		fail_errno("statfs below the root");
	return (unsigned long)status.f_type & 0xffffffffu;
}

/* The number of entries of a directory; stores the name of the first one in name. */
static int count_entries(const char *path, char *name, size_t size)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int count = 0;

	if (!directory)
		fail_errno("%s, below the root", path);
	while ((entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (count++ == 0) {
			strncpy(name, entry->d_name, size - 1);
			name[size - 1] = '\0';
		}
	}
	closedir(directory);
	return count;
}

static double seconds(struct timespec time)
{
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The rootfs contains only the mount point that the kernel made, and nothing has changed in it since. */
static void expect_untouched_rootfs(void)
{
	char name[256] = "", path[260], inner[256] = "";
	unsigned long type = filesystem_type();
	struct stat root, status;
	double apart;
	int count;

	if (type != TMPFS_TYPE && type != RAMFS_TYPE)
		fail("below / is a filesystem of type 0x%lx, neither tmpfs nor ramfs", type);
	count = count_entries("/", name, sizeof(name));
	if (count != 1)
		fail("the rootfs below / has %d entries, not only the mount point (%s ...)", count, name);
	snprintf(path, sizeof(path), "/%s", name);
	if (stat("/", &root) != 0 || lstat(path, &status) != 0)
		fail_errno("%s, below the root", path);
	if (!S_ISDIR(status.st_mode) || (status.st_mode & 07777) != 0700 || status.st_uid || status.st_gid)
		fail("%s, below the root, has mode %o and owner %u:%u; it must be a 0700 directory owned by root", path,
		     (unsigned)status.st_mode, (unsigned)status.st_uid, (unsigned)status.st_gid);
	if (count_entries(path, inner, sizeof(inner)) != 0)
		fail("%s, below the root, is not empty: %s", path, inner);
	/*
	 * Making the mount point set both times. If an initramfs was unpacked here and deleted later, as switch_root
	 * does, they differ. Two ticks of the slowest clock may lie between them.
	 */
	apart = seconds(root.st_mtim) - seconds(status.st_mtim);
	if (apart < -0.1 || apart > 0.1)
		fail("the rootfs below / was changed %.2f s after its mount point was made", apart);
	note("below / is a rootfs with only %s, 0700 and empty", path);
}

static void expect_nullfs(void)
{
	char name[256] = "";
	unsigned long type = filesystem_type();

	if (type != NULLFS_TYPE)
		fail("at the bottom is a filesystem of type 0x%lx, not nullfs", type);
	if (count_entries("/", name, sizeof(name)) != 0)
		fail("nullfs is not empty: %s", name);
	/* An immutable directory refuses even root, with EPERM; a read-only mount would give EROFS. */
	if (access("/", W_OK) == 0 || errno != EPERM)
		fail("nullfs is writable: it is not immutable");
	if (chmod("/", 0700) == 0 || errno != EPERM)
		fail("the mode of nullfs could be changed: it is not immutable");
	/* The error number does not help: the lookup in an empty directory fails before permissions are checked. */
	if (mkdir("/rootcheck", 0700) == 0 || count_entries("/", name, sizeof(name)) != 0)
		fail("a directory could be made in nullfs");
	note("at the bottom is nullfs, empty and immutable");
}

void check_below(const struct context *context, int variant)
{
	int namespace;
	bool bottom;

	(void)variant;
	if (unshare(CLONE_NEWNS) != 0)
		fail_errno("unshare(CLONE_NEWNS)");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail_errno("making / private");
	namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		fail_errno("/proc/self/ns/mnt");
	bottom = !peel(namespace);
	if (context->mode == MODE_ROOTFS) {
		if (!bottom)
			fail("/ can be unmounted: there is a mount below it");
		return;
	}
	if (bottom)
		fail("/ cannot be unmounted (EINVAL): it is the bottom of the mount tree");
	if (context->mode == MODE_LEAF_TMPFS) {
		expect_untouched_rootfs();
		/* Kernels from 7.0 on have nullfs below that. */
		if (!peel(namespace))
			return;
	}
	expect_nullfs();
	if (peel(namespace))
		fail("nullfs can be unmounted: it is not the bottom of the mount tree");
}
