// SPDX-License-Identifier: Apache-2.0
/*
 * A stream of deflate blocks (RFC 1951), read only as far as is needed to know where each block begins and ends.
 */
#include <stdbool.h>
#include <string.h>
#include "deflate.h"

struct stream {
	struct bytes bytes;
	size_t bit;
};

static unsigned int bits(struct stream *in, int count)
{
	unsigned int value = 0;

	if (in->bit + count > in->bytes.size * 8)
		die("what gzip wrote ends too early");
	for (int i = 0; i < count; i++, in->bit++)
		value |= (in->bytes.at[in->bit / 8] >> (in->bit % 8) & 1u) << i;
	return value;
}

/* A Huffman code in its canonical order (RFC 1951, 3.2.2): how many codes of each length, and their symbols. */
struct code {
	unsigned short count[16];
	unsigned short symbol[288];
};

static void make_code(struct code *code, const unsigned char *lengths, int symbols)
{
	unsigned short next[16] = { 0 };

	memset(code, 0, sizeof(*code));
	for (int i = 0; i < symbols; i++)
		code->count[lengths[i]]++;
	code->count[0] = 0;
	for (int i = 1; i < 15; i++)
		next[i + 1] = next[i] + code->count[i];
	for (int i = 0; i < symbols; i++)
		if (lengths[i])
			code->symbol[next[lengths[i]]++] = i;
}

static int symbol(struct stream *in, const struct code *code)
{
	int value = 0, first = 0, index = 0;

	for (int length = 1; length < 16; length++) {
		int count = code->count[length];

		value |= bits(in, 1);
		if (value - first < count)
			return code->symbol[index + value - first];
		index += count;
		first = (first + count) << 1;
		value <<= 1;
	}
	die("what gzip wrote has no code for some bits");
}

static void fixed_codes(struct code *literals, struct code *distances)
{
	unsigned char lengths[288];

	for (int i = 0; i < 288; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	make_code(literals, lengths, 288);
	memset(lengths, 5, 30);
	make_code(distances, lengths, 30);
}

static void read_codes(struct stream *in, struct code *literals, struct code *distances)
{
	static const unsigned char order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	unsigned char lengths[288 + 32] = { 0 };
	int literal_count = 257 + bits(in, 5), distance_count = 1 + bits(in, 5), given = 4 + bits(in, 4);
	struct code code;

	for (int i = 0; i < given; i++)
		lengths[order[i]] = bits(in, 3);
	make_code(&code, lengths, 19);
	memset(lengths, 0, sizeof(lengths));
	for (int i = 0; i < literal_count + distance_count;) {
		int value = symbol(in, &code), repeat = 1;

		if (value == 16) {
			if (!i)
				die("what gzip wrote repeats a length that is not there");
			value = lengths[i - 1];
			repeat = 3 + bits(in, 2);
		} else if (value > 16) {
			repeat = value == 17 ? 3 + bits(in, 3) : 11 + bits(in, 7);
			value = 0;
		}
		if (i + repeat > literal_count + distance_count)
			die("what gzip wrote has too many lengths");
		while (repeat--)
			lengths[i++] = value;
	}
	make_code(literals, lengths, literal_count);
	make_code(distances, lengths + literal_count, distance_count);
}

static void pass_over_symbols(struct stream *in, const struct code *literals, const struct code *distances)
{
	for (;;) {
		int value = symbol(in, literals), distance;

		if (value == 256)
			return;
		if (value < 256)
			continue;
		/* A length has up to 5 bits more, and a distance follows it with up to 13. */
		bits(in, value < 265 || value == 285 ? 0 : (value - 261) / 4);
		distance = symbol(in, distances);
		bits(in, distance < 4 ? 0 : (distance - 2) / 2);
	}
}

size_t open_end(struct bytes bytes)
{
	struct stream in = { bytes, 0 };

	for (;;) {
		size_t mark = in.bit;
		bool last = bits(&in, 1);
		unsigned int type = bits(&in, 2);
		struct code literals, distances;

		if (type == 3)
			die("what gzip wrote has a block of an unknown type");
		if (type == 0) {
			in.bit = (in.bit + 7) / 8 * 8;
			size_t size = bits(&in, 16);

			in.bit += 16 + size * 8;
		} else {
			if (type == 1)
				fixed_codes(&literals, &distances);
			else
				read_codes(&in, &literals, &distances);
			pass_over_symbols(&in, &literals, &distances);
		}
		if (in.bit > in.bytes.size * 8)
			die("what gzip wrote ends too early");
		if (last) {
			bytes.at[mark / 8] &= ~(1u << (mark % 8));
			return in.bit;
		}
	}
}
