/* SPDX-License-Identifier: Apache-2.0 */
/* Runs each check in a process of its own, within a time limit, and prints the results as TAP. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int report_fd = -1;

int report_descriptor(void)
{
	return report_fd;
}

static void report(const char *format, va_list arguments, const char *tail)
{
	char line[700];
	int used = vsnprintf(line, sizeof(line), format, arguments);
	ssize_t written;

	if (used < 0)
		used = 0;
	if ((size_t)used >= sizeof(line))
		used = (int)sizeof(line) - 1;
	snprintf(line + used, sizeof(line) - (size_t)used, "%s", tail);
	used = (int)strlen(line);
	if (used == (int)sizeof(line) - 1)
		used--;
	line[used++] = '\n';
	/* One write per line, so that lines of two processes do not mix. If it fails, there is nobody to report to. */
	written = write(report_fd, line, (size_t)used);
	(void)written;
}

void note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(format, arguments, "");
	va_end(arguments);
}

void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(format, arguments, "");
	va_end(arguments);
	_exit(1);
}

void fail_errno(const char *format, ...)
{
	char tail[128];
	va_list arguments;

	snprintf(tail, sizeof(tail), ": %s (errno %d)", strerror(errno), errno);
	va_start(arguments, format);
	report(format, arguments, tail);
	va_end(arguments);
	_exit(1);
}

void diagnose(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("# ", stdout);
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
}

/* Prints text as comment lines, so that it cannot be mistaken for a result. */
static void print_comments(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		printf("#   %.*s\n", (int)length, text);
		text += length;
		if (*text)
			text++;
	}
}

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/*
 * Reads what the check reports, until every process that could report has ended or the time is up.
 * Returns false if the time is up.
 */
static bool collect(int fd, char *text, size_t size, long long deadline)
{
	size_t used = 0;

	text[0] = '\0';
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		long long left = deadline - milliseconds();
		char spill[512];
		ssize_t got;
		int ready;

		if (left <= 0)
			return false;
		ready = poll(&wait, 1, (int)left);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		/* If the buffer is full, keep reading and drop the data: the check must not block on its pipe. */
		if (used + 1 < size)
			got = read(fd, text + used, size - 1 - used);
		else
			got = read(fd, spill, sizeof(spill));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return true;
		if (used + 1 < size) {
			used += (size_t)got;
			text[used] = '\0';
		}
	}
}

/* Waits for a killed process, but not for ever: a process that hangs in the kernel does not end. */
static bool reap(pid_t pid, int *status, int attempts)
{
	while (waitpid(pid, status, WNOHANG) == 0) {
		struct timespec pause = { .tv_nsec = 10000000 };

		if (attempts-- <= 0)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Runs one check; stores in text what it reported and why it failed. */
static bool passes(const struct check *check, const struct context *context, int seconds, char *text, size_t size)
{
	int pipe_ends[2], status = 0;
	bool ended;
	pid_t pid;
	size_t used;

	fflush(stdout);
	if (pipe(pipe_ends) != 0) {
		snprintf(text, size, "pipe: %s\n", strerror(errno));
		return false;
	}
	pid = fork();
	if (pid < 0) {
		snprintf(text, size, "fork: %s\n", strerror(errno));
		close(pipe_ends[0]);
		close(pipe_ends[1]);
		return false;
	}
	if (pid == 0) {
		/* A process group of its own, so that a check that hangs is killed with everything that it forked. */
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pipe_ends[0]);
		report_fd = pipe_ends[1];
		check->run(context, check->variant);
		_exit(0);
	}
	setpgid(pid, pid);
	close(pipe_ends[1]);
	ended = collect(pipe_ends[0], text, size, milliseconds() + seconds * 1000LL);
	close(pipe_ends[0]);
	if (!ended)
		kill(-pid, SIGKILL);
	used = strlen(text);
	if (!reap(pid, &status, 200)) {
		snprintf(text + used, size - used, "timed out after %d s and cannot be killed\n", seconds);
		return false;
	}
	if (!ended)
		snprintf(text + used, size - used, "timed out after %d s: killed\n", seconds);
	else if (WIFSIGNALED(status))
		snprintf(text + used, size - used, "killed by signal %d\n", WTERMSIG(status));
	return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int run_checks(const struct check *checks, size_t count, const struct context *context, int seconds)
{
	int failed = 0;

	printf("1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		const struct check *check = &checks[i];
		char text[8192];
		bool passed = passes(check, context, seconds, text, sizeof(text));

		printf("%s %zu - %s: %s\n", passed ? "ok" : "not ok", i + 1, check->name,
		       check->expected[context->mode]);
		print_comments(text);
		failed += !passed;
	}
	return failed;
}
