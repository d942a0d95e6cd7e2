// SPDX-License-Identifier: Apache-2.0
/*
 * gzip that leaves a slot for a root as it is, at a known place, so that the slot can be filled in the packed file.
 *
 * usage: slot-gzip GZIP-OPTION...    packs standard input to standard output
 *
 * What lies before the slot and what lies after it is packed by gzip itself; the slot between them becomes stored
 * blocks of the one stream (RFC 1951, 3.2.4), which hold their bytes in plain sight, each of them full but the last.
 * Where the packed file begins and ends, seen from the slot, is noted down in the slot's first bytes, as
 * leafroot/rootfs/slot.py reads them. Without a slot in it, the input is packed by gzip as ever.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "deflate.h"

#define MAGIC "leafroot: the root belongs here\n"
#define MAGIC_SIZE (sizeof(MAGIC) - 1)
#define SIZE_AT MAGIC_SIZE
#define BEFORE_AT (SIZE_AT + 8)
#define AFTER_AT (BEFORE_AT + 8)
#define HEAD_SIZE (AFTER_AT + 8)
/* Of a gzip member (RFC 1952): what `gzip -n` writes before the stream and after it. */
#define GZIP_HEAD 10
#define GZIP_TAIL 8
#define STORED_MAX 65535
#define STORED_HEAD 5

void die(const char *what)
{
	fprintf(stderr, "slot-gzip: %s\n", what);
	exit(1);
}

static struct bytes read_all(FILE *in)
{
	struct bytes all = { NULL, 0 };
	size_t room = 0, got;

	do {
		if (room - all.size < 1 << 20) {
			room = room * 2 + (4 << 20);
			if (!(all.at = realloc(all.at, room)))
				die("out of memory");
		}
		got = fread(all.at + all.size, 1, room - all.size, in);
		all.size += got;
	} while (got);
	if (ferror(in))
		die("cannot read");
	return all;
}

static void write_all(const void *from, size_t size)
{
	if (fwrite(from, 1, size, stdout) != size)
		die("cannot write");
}

static uint64_t number_at(const unsigned char *from)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | from[i];
	return value;
}

static void put_number(unsigned char *to, uint64_t value, int size)
{
	for (int i = 0; i < size; i++, value >>= 8)
		to[i] = value & 255;
}

/* Become gzip, with the bytes as its input: they go through a file, since nobody is left to write into a pipe. */
static FILE *input_file(struct bytes from)
{
	FILE *file = tmpfile();

	if (!file || fwrite(from.at, 1, from.size, file) != from.size || fflush(file))
		die("cannot write a temporary file");
	rewind(file);
	return file;
}

static void become_gzip(char **options, struct bytes from)
{
	if (dup2(fileno(input_file(from)), STDIN_FILENO) < 0)
		die("cannot give gzip its input");
	options[0] = "gzip";
	execvp("gzip", options);
	die("cannot run gzip");
}

/* A part of the input, packed by gzip: a whole gzip member. */
static struct bytes packed(char **options, struct bytes part)
{
	int ends[2], status;
	struct bytes result;
	pid_t child;
	FILE *out;

	if (pipe(ends) || (child = fork()) < 0)
		die("cannot start gzip");
	if (!child) {
		if (dup2(ends[1], STDOUT_FILENO) < 0 || close(ends[0]) || close(ends[1]))
			die("cannot give gzip its output");
		become_gzip(options, part);
	}
	close(ends[1]);
	if (!(out = fdopen(ends[0], "r")))
		die("cannot read from gzip");
	result = read_all(out);
	fclose(out);
	if (waitpid(child, &status, 0) != child || status || result.size < GZIP_HEAD + GZIP_TAIL)
		die("gzip failed");
	if (result.at[3])
		die("gzip wrote a longer header than it was asked for (-n)");
	return result;
}

static uint32_t crc32_of(struct bytes from)
{
	uint32_t table[256], crc = 0xffffffff;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
	}
	for (size_t i = 0; i < from.size; i++)
		crc = crc >> 8 ^ table[(crc ^ from.at[i]) & 255];
	return ~crc;
}

/* Write the slot as stored blocks. The first header's bits are at the end of what was written before. */
static void write_stored(struct bytes slot)
{
	unsigned char head[STORED_HEAD] = { 0 };

	for (size_t at = 0; at < slot.size; at += STORED_MAX) {
		size_t size = slot.size - at < STORED_MAX ? slot.size - at : STORED_MAX;

		put_number(head + 1, size, 2);
		put_number(head + 3, ~size, 2);
		write_all(at ? head : head + 1, at ? STORED_HEAD : STORED_HEAD - 1);
		write_all(slot.at + at, size);
	}
}

static void pack_around(char **options, struct bytes all, struct bytes slot)
{
	struct bytes before = { all.at, slot.at - all.at };
	struct bytes after = { slot.at + slot.size, all.at + all.size - (slot.at + slot.size) };
	struct bytes first = packed(options, before), second = packed(options, after), stream;
	size_t blocks = (slot.size + STORED_MAX - 1) / STORED_MAX, whole;
	unsigned char tail[GZIP_TAIL];

	stream = (struct bytes){ first.at + GZIP_HEAD, first.size - GZIP_HEAD - GZIP_TAIL };
	/* Three bits of a stored block's header, then up to the next byte: all of them are zero. */
	whole = GZIP_HEAD + (open_end(stream) + 3 + 7) / 8;
	first.at = realloc(first.at, first.size + 1);
	if (!first.at)
		die("out of memory");
	if (whole > first.size - GZIP_TAIL)
		first.at[whole - 1] = 0;
	put_number(slot.at + BEFORE_AT, whole + STORED_HEAD - 1, 8);
	put_number(slot.at + AFTER_AT,
		   slot.size + (blocks - 1) * STORED_HEAD + second.size - GZIP_HEAD, 8);
	put_number(tail, crc32_of(all), 4);
	put_number(tail + 4, all.size, 4);
	write_all(first.at, whole);
	write_stored(slot);
	write_all(second.at + GZIP_HEAD, second.size - GZIP_HEAD - GZIP_TAIL);
	write_all(tail, sizeof(tail));
}

int main(int argc, char **argv)
{
	struct bytes all = read_all(stdin), slot;

	(void)argc;
	if (!(slot.at = memmem(all.at, all.size, MAGIC, MAGIC_SIZE)))
		become_gzip(argv, all);
	if ((size_t)(all.at + all.size - slot.at) < HEAD_SIZE)
		die("the slot for the root is cut off");
	slot.size = number_at(slot.at + SIZE_AT);
	if (slot.size < HEAD_SIZE || slot.size > (size_t)(all.at + all.size - slot.at))
		die("the slot for the root is cut off");
	if (memmem(slot.at + 1, all.at + all.size - slot.at - 1, MAGIC, MAGIC_SIZE))
		die("there is more than one slot for a root");
	pack_around(argv, all, slot);
	if (fflush(stdout))
		die("cannot write");
	return 0;
}
