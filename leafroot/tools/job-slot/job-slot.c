/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a compiler once there is a job slot for it: `go build -toolexec job-slot`, or `job-slot gcc` for ninja.
 *
 * Both start as many compilers as they are told, and know nothing of make's job server, in which all steps share the
 * machine ("POSIX Jobserver Interaction" in GNU make's manual). The step holds one slot itself, which one tool at a
 * time may use unasked: whichever has the lock. The others take a token from the pipe, and put it back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static int in = -1, out = -1, lock = -1;
static char token;
static volatile pid_t tool;

/* The pipe's two ends out of MAKEFLAGS: "--jobserver-auth=3,4". */
static void find_pipe(void)
{
	const char *flags = getenv("MAKEFLAGS"), *auth;

	auth = flags ? strstr(flags, "--jobserver-auth=") : NULL;
	if (auth && sscanf(auth, "--jobserver-auth=%d,%d", &in, &out) != 2)
		in = out = -1;
	if (in >= 0 && fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK) != 0)
		in = out = -1;
}

/* The lock lies beside this program, whose path is an absolute one. */
static void take_slot(const char *self)
{
	struct pollfd ready = { .fd = in, .events = POLLIN };
	char path[4096];

	snprintf(path, sizeof(path), "%s.lock", self);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	for (;;) {
		if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
			return;
		/* Others wait for the same token, so it may be gone by now; and the lock may come free meanwhile. */
		if (poll(&ready, 1, 50) == 1 && read(in, &token, 1) == 1)
			return;
	}
}

static void give_slot_back(void)
{
	if (token && write(out, &token, 1) != 1)
		perror("job-slot: the job server");
	token = 0;
}

static void pass_on(int number)
{
	if (tool > 0)
		kill(tool, number);
}

int main(int argc, char **argv)
{
	int status = 1;

	if (argc < 2) {
		fputs("usage: job-slot TOOL [ARGUMENT...]\n", stderr);
		return 2;
	}
	find_pipe();
	/* go asks each tool for its version, which takes no time, before it builds anything. */
	if (in < 0 || (argc == 3 && strncmp(argv[2], "-V", 2) == 0)) {
		execv(argv[1], argv + 1);
		perror(argv[1]);
		return 127;
	}
	signal(SIGTERM, pass_on);
	signal(SIGINT, pass_on);
	take_slot(argv[0]);
	tool = fork();
	if (tool == 0) {
		execv(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	while (tool > 0 && waitpid(tool, &status, 0) < 0 && errno == EINTR)
		;
	give_slot_back();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
