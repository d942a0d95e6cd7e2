/* SPDX-License-Identifier: Apache-2.0 */
/* Looks, from outside, at a process that has left the root. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include <sys/types.h>

#include "check.h"

#define OBSERVED_SOURCE "rootcheck-new-root"
#define OBSERVED_SIZE 32768

/* Fails unless the process sees only one mount, its new root, and has no file open on any other. */
void observe_leaver(const struct context *context, pid_t pid);

/* The whole of /proc/self/mountinfo, in OBSERVED_SIZE bytes. */
void read_own_mounts(char *text);

#endif
