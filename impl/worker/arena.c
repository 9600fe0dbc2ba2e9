/* SPDX-License-Identifier: MIT */
/* arena.c - layout, mapping, guards and patterns of the shared arena; used on both sides of the channel. */
#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARENA_LIMIT ((uint64_t)1 << 46)

static uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

gm_status arena_place(wire_slot *slot, uint64_t bytes, uint64_t align, uint32_t access, uint64_t page, uint64_t *total,
                      gm_error *error)
{
	if (align == 0 || (align & (align - 1)) || align > page)
		return gm_fail(error, GM_BAD_ARGUMENT, "alignment %llu is not a power of two up to %llu",
		               (unsigned long long)align, (unsigned long long)page);
	if (bytes > ARENA_LIMIT || *total > ARENA_LIMIT)
		return gm_fail(error, GM_BAD_SHAPE, "a buffer of %llu bytes does not fit into the arena",
		               (unsigned long long)bytes);
	uint64_t pages = round_up(bytes ? bytes : 1, page);

	*slot = (wire_slot){.start = *total, .end = *total + pages, .bytes = bytes, .access = access};
	slot->data = slot->end - round_up(bytes, align);
	*total = slot->end + round_up(ARENA_GUARD, page);
	return GM_OK;
}

gm_status arena_file(uint64_t bytes, int *fd, gm_error *error)
{
	int file = memfd_create("gatemark-arena", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (file < 0)
		return gm_fail(error, GM_IO, "memfd_create: %s", strerror(errno));
	if (ftruncate(file, (off_t)bytes) || fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		int reason = errno;

		close(file);
		return gm_fail(error, GM_NO_MEMORY, "a memory file of %llu bytes: %s", (unsigned long long)bytes,
		               strerror(reason));
	}
	*fd = file;
	return GM_OK;
}

unsigned char *arena_map(int fd, uint64_t bytes)
{
	void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return base == MAP_FAILED ? NULL : base;
}

int arena_protect(unsigned char *base, uint64_t bytes, const wire_slot *slots, size_t count)
{
	uint64_t at = 0;

	for (size_t i = 0; i < count; i++) {
		const wire_slot *s = &slots[i];

		if (s->access == SLOT_ABSENT)
			continue;
		if (s->start > at && mprotect(base + at, s->start - at, PROT_NONE))
			return 0;
		if (s->access == SLOT_READ && mprotect(base + s->start, s->end - s->start, PROT_READ))
			return 0;
		at = s->end;
	}
	return at == bytes || mprotect(base + at, bytes - at, PROT_NONE) == 0;
}

int arena_sound(const wire_slot *slots, size_t count, uint64_t bytes, uint64_t page)
{
	uint64_t at = 0;

	for (size_t i = 0; i < count; i++) {
		const wire_slot *s = &slots[i];

		if (s->access == SLOT_ABSENT)
			continue;
		if (s->access > SLOT_WRITE || s->start < at || s->start % page || s->end % page || s->end > bytes ||
		    s->data < s->start || s->data > s->end || s->bytes > s->end - s->data)
			return 0;
		at = s->end;
	}
	return 1;
}

static unsigned char pattern_at(uint64_t offset) { return (unsigned char)(0xa5 ^ (offset * 0x9d) ^ (offset >> 8)); }

static void pattern_range(unsigned char *base, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		base[i] = pattern_at(i);
}

void arena_pattern(unsigned char *base, const wire_slot *slot)
{
	pattern_range(base, slot->start, slot->data);
	pattern_range(base, slot->data + slot->bytes, slot->end);
}

void arena_damage(const unsigned char *base, const wire_slot *slot, uint64_t *before, uint64_t *behind)
{
	uint64_t low = slot->start, high = slot->end, stop = slot->data + slot->bytes;

	while (low < slot->data && base[low] == pattern_at(low))
		low++;
	while (high > stop && base[high - 1] == pattern_at(high - 1))
		high--;
	*before = slot->data - low;
	*behind = high - stop;
}

void arena_fill(unsigned char *base, const wire_slot *slot, uint32_t word)
{
	unsigned char *at = base + slot->data;
	uint64_t whole = slot->bytes / sizeof word * sizeof word;

	for (uint64_t i = 0; i < whole; i += sizeof word)
		memcpy(at + i, &word, sizeof word);
	memcpy(at + whole, &word, slot->bytes - whole);
}

/* Slots on both sides of an offset in a guard: count if there is none. */
static void neighbours(const wire_slot *slots, size_t count, uint64_t offset, size_t *left, size_t *right)
{
	*left = *right = count;
	for (size_t i = 0; i < count; i++) {
		if (slots[i].access == SLOT_ABSENT)
			continue;
		if (slots[i].end <= offset)
			*left = i;
		else if (slots[i].start > offset && *right == count)
			*right = i;
	}
}

void arena_place_name(const wire_slot *slots, size_t count, uint64_t offset, const char *(*name)(const void *, size_t),
                      const void *context, char text[160])
{
	size_t left, right;

	for (size_t i = 0; i < count; i++)
		if (slots[i].access != SLOT_ABSENT && offset >= slots[i].start && offset < slots[i].end) {
			snprintf(text, 160, "%s %s", slots[i].access == SLOT_READ ? "wrote to read-only" : "inside",
			         name(context, i));
			return;
		}
	neighbours(slots, count, offset, &left, &right);
	uint64_t past = left < count ? offset - (slots[left].data + slots[left].bytes) : UINT64_MAX;
	uint64_t before = right < count ? slots[right].data - offset : UINT64_MAX;
	if (left == count && right == count)
		snprintf(text, 160, "in the arena, near no buffer");
	else if (past == 0)
		snprintf(text, 160, "right past the end of %s", name(context, left));
	else if (past <= before)
		snprintf(text, 160, "%llu bytes past the end of %s", (unsigned long long)past, name(context, left));
	else
		snprintf(text, 160, "%llu bytes before the start of %s", (unsigned long long)before, name(context, right));
}
