/* SPDX-License-Identifier: Apache-2.0 */
/*
 * _dl_find_object() for C libraries that lack it. A libgcc that was built for glibc 2.35 or later finds the unwind
 * tables of a program counter with it (glibc's <dlfcn.h>); musl offers dl_iterate_phdr() for that purpose.
 *
 * This file is compiled before there are any headers, so it declares what it needs: the layouts of glibc's
 * dl_find_object, and of dl_phdr_info and ElfNN_Phdr in musl's <link.h> and <elf.h>.
 */

#include <stddef.h>
#include <stdint.h>

#define PT_LOAD 1
#define PT_ARM_EXIDX 0x70000001
#define PT_GNU_EH_FRAME 0x6474e550

#ifdef __arm__
#define TABLE PT_ARM_EXIDX
#else
#define TABLE PT_GNU_EH_FRAME
#endif

struct segment {
	uint32_t type;
#if UINTPTR_MAX > UINT32_MAX
	uint32_t flags;
#endif
	uintptr_t offset, address, physical, file_size, memory_size;
#if UINTPTR_MAX > UINT32_MAX
	uintptr_t align;
#else
	uint32_t flags, align;
#endif
};

struct object {
	uintptr_t base;
	const char *name;
	const struct segment *segments;
	uint16_t count;
};

struct found {
	unsigned long long flags;
	void *start, *end, *link_map, *table;
#ifdef __arm__
	int entries;
#endif
	unsigned long long reserved[7];
};

struct search {
	uintptr_t pc;
	struct found *result;
};

int dl_iterate_phdr(int (*visit)(struct object *, size_t, void *), void *data);

static int look(struct object *object, size_t size, void *data)
{
	struct search *search = data;
	uintptr_t start = 0, end = 0, table = 0, length = 0;

	(void)size;
	for (uint16_t i = 0; i < object->count; i++) {
		const struct segment *one = &object->segments[i];
		uintptr_t address = object->base + one->address;

		if (one->type == TABLE) {
			table = address;
			length = one->memory_size;
		} else if (one->type == PT_LOAD && search->pc - address < one->memory_size) {
			start = address;
			end = address + one->memory_size;
		}
	}
	if (!end)
		return 0;
	search->result->flags = 0;
	search->result->start = (void *)start;
	search->result->end = (void *)end;
	search->result->link_map = NULL;
	search->result->table = (void *)table;
#ifdef __arm__
	/* An entry of the index is two words long. */
	search->result->entries = (int)(length / 8);
#else
	(void)length;
#endif
	return 1;
}

__attribute__((visibility("hidden"))) int _dl_find_object(void *pc, struct found *result)
{
	struct search search = { (uintptr_t)pc, result };

	return dl_iterate_phdr(look, &search) == 1 ? 0 : -1;
}
