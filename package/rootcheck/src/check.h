/* SPDX-License-Identifier: Apache-2.0 */
/* A check: its description, its context, and how it reports results. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>

enum mode { MODE_NULLFS, MODE_LEAF_TMPFS, MODE_ROOTFS, MODE_COUNT };

/* The context of every check. Filled once, before the first check runs. */
struct context {
	enum mode mode;
	char work[64];       /* a directory on the root under test, with an empty directory "new" in it */
	char root_line[512]; /* the line of / in /proc/self/mountinfo before the first check */
};

/*
 * One check. It runs in a process of its own. If it returns, it passed; if it calls fail(), it failed.
 * The name says what is done; expected says what the result must be, in each mode.
 */
struct check {
	const char *name;
	const char *expected[MODE_COUNT];
	void (*run)(const struct context *context, int variant);
	int variant;
};

/* Runs all checks and prints the results as TAP; returns the number of failed checks. */
int run_checks(const struct check *checks, size_t count, const struct context *context, int seconds);

/* Prints one "# ..." line on standard output. */
void diagnose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The functions from here on are for a check's process, and the processes that it forks. */

/* The descriptor that note() and fail() write to. A check that closes descriptors keeps this one. */
int report_descriptor(void);

/* Adds a line below the check's result, whether it passed or failed. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reports why the check failed, and ends the process. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a system call that has just failed: adds the text of errno. */
_Noreturn void fail_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* identity.c */
void check_identity(const struct context *context, int variant);

/* pivot.c; the variant is a sum of these. */
enum { PIVOT_STACKED = 1, PIVOT_SHARED = 2, PIVOT_USER = 4 };
void check_pivot(const struct context *context, int variant);

/* below.c */
void check_below(const struct context *context, int variant);

/* live.c */
void check_live_root(const struct context *context, int variant);

#endif
