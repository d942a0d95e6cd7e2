// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

struct bytes {
	unsigned char *at;
	size_t size;
};

/* End the program, with what went wrong. */
void die(const char *what) __attribute__((noreturn));

/*
 * Take the mark away from a deflate stream that says "no block after this one", so that more can follow. Gives the
 * number of bits up to the stream's end.
 */
size_t open_end(struct bytes stream);
