/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded (ld.so(8)): programs see the date SHIFT seconds later. File times stay those of the kernel's clock, so that
 * make finds old what is old; libfaketime gives every `touch` the shifted time, and what is written after it looks older.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int status = (int)syscall(SYS_clock_gettime, clock, now);

	if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI))
		now->tv_sec += SHIFT;
	return status;
}

int timespec_get(struct timespec *now, int base)
{
	if (base != TIME_UTC || clock_gettime(CLOCK_REALTIME, now) != 0)
		return 0;
	return base;
}

/* The library's header says that `now` is no null pointer, and programs of old pass one. */
#pragma GCC diagnostic ignored "-Wnonnull-compare"
int gettimeofday(struct timeval *now, void *zone)
{
	struct timespec precise;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
		return -1;
	if (now) {
		now->tv_sec = precise.tv_sec;
		now->tv_usec = precise.tv_nsec / 1000;
	}
	return 0;
}

time_t time(time_t *seconds)
{
	struct timespec precise;

	if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
		return (time_t)-1;
	if (seconds)
		*seconds = precise.tv_sec;
	return precise.tv_sec;
}
