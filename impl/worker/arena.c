/* SPDX-License-Identifier: MIT */
/* arena.c - layout, mapping, guards and patterns of the shared arena; used on both sides of the channel. */
#include "arena.h"

#include "base/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARENA_LIMIT ((uint64_t)1 << 46)

static uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

gm_status arena_place(arena *a, wire_slot *slot, arena_room room, gm_error *error)
{
	if (room.align == 0 || (room.align & (room.align - 1)) || room.align > a->page)
		return gm_fail(error, GM_BAD_ARGUMENT, "alignment %llu is not a power of two up to %llu",
		               (unsigned long long)room.align, (unsigned long long)a->page);
	if (room.bytes > ARENA_LIMIT || a->bytes > ARENA_LIMIT)
		return gm_fail(error, GM_BAD_SHAPE, "a buffer of %llu bytes does not fit into the arena",
		               (unsigned long long)room.bytes);
	uint64_t end = a->bytes + round_up(room.bytes ? room.bytes : 1, a->page);

	*slot = (wire_slot){.start = a->bytes,
	                    .end = end,
	                    .data = end - round_up(room.bytes, room.align),
	                    .bytes = room.bytes,
	                    .access = room.access};
	a->bytes = end + round_up(ARENA_GUARD, a->page);
	return GM_OK;
}

/* What slot i of a plan is to hold. */
static arena_room room_of(const arena *a, const wire_planned *p, size_t i, size_t align)
{
	const arena_room memory[SLOT_EXTRA] = {
		[SLOT_PLAN] = {p->plan_bytes, p->alignment, SLOT_WRITE},
		[SLOT_TAPE] = {p->tape_bytes, p->alignment, SLOT_WRITE},
		[SLOT_SCRATCH] = {p->scratch_bytes, p->alignment, SLOT_WRITE},
		[SLOT_SAMPLES] = {PROTOCOL_SAMPLES * sizeof(double), sizeof(double), SLOT_WRITE},
	};
	size_t rows = a->tensors->count;

	if (i < rows) {
		const gm_tensor *t = &a->tensors->row[i];
		size_t element = gm_dtype_bytes(t->dtype);
		int written = t->role == GM_ROLE_OUTPUT || t->role == GM_ROLE_GRAD;
		return (arena_room){t->count * element, align > element ? align : element, written ? SLOT_WRITE : SLOT_READ};
	}
	if (i < rows + SLOT_EXTRA)
		return memory[i - rows];
	const gm_tensor *t = &a->tensors->row[i - rows - SLOT_EXTRA];
	int rounded = t->kind == GM_WEIGHT_IH || t->kind == GM_WEIGHT_HH || t->kind == GM_WEIGHT_HR;
	return (arena_room){t->count * sizeof(float), sizeof(float), rounded ? SLOT_WRITE : SLOT_ABSENT};
}

gm_status arena_layout(arena *a, const wire_planned *planned, const unsigned char *absent, size_t align,
                       gm_error *error)
{
	size_t rows = a->tensors->count;
	size_t beside = a->beside ? a->beside : 1;
	uint64_t most = (uint64_t)(memory_limit() / 4 * 3 / (double)beside), need = 0;

	a->bytes = round_up(ARENA_GUARD, a->page);
	a->slots = rows + SLOT_EXTRA + (planned->has_effective ? rows : 0);
	a->slot = calloc(a->slots, sizeof *a->slot);
	if (!a->slot)
		return gm_fail(error, GM_NO_MEMORY, "no memory for %zu slots", a->slots);
	for (size_t i = 0; i < a->slots; i++) {
		arena_room room = room_of(a, planned, i, align);

		if (room.access == SLOT_ABSENT || (i < rows && absent && absent[i]))
			continue;
		GM_TRY(arena_place(a, &a->slot[i], room, error));
		need += a->slot[i].end - a->slot[i].start;
	}
	/* The host maps the arena too, so what does not fit into the machine must not be tried: it would take both. */
	if (need > most)
		return gm_fail(
			error, GM_NO_MEMORY,
			"tensors and memory of the variant are %llu MiB, more than %llu MiB of memory (3/4 of it, for %zu "
			"side by side)",
			(unsigned long long)(need >> 20), (unsigned long long)(most >> 20), beside);
	return GM_OK;
}

void *arena_data(const arena *a, size_t slot)
{
	return a->base && slot < a->slots && a->slot[slot].access != SLOT_ABSENT ? a->base + a->slot[slot].data : NULL;
}

void arena_destroy(arena *a)
{
	if (a->base)
		munmap(a->base, a->bytes);
	free(a->slot);
	gm_tensors_destroy(a->tensors);
	*a = (arena){.page = a->page, .beside = a->beside};
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

int arena_protect(const arena *a)
{
	uint64_t at = 0;

	for (size_t i = 0; i < a->slots; i++) {
		const wire_slot *s = &a->slot[i];

		if (s->access == SLOT_ABSENT)
			continue;
		if (s->start > at && mprotect(a->base + at, s->start - at, PROT_NONE))
			return 0;
		if (s->access == SLOT_READ && mprotect(a->base + s->start, s->end - s->start, PROT_READ))
			return 0;
		at = s->end;
	}
	return at == a->bytes || mprotect(a->base + at, a->bytes - at, PROT_NONE) == 0;
}

uint64_t arena_mapping(const arena *a)
{
	uint64_t from = (uint64_t)(uintptr_t)a->base, sum = 0, low, high;
	char line[256], rights[8];
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps && fgets(line, sizeof line, maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &low, &high, rights) != 3 || high <= from ||
		    low >= from + a->bytes)
			continue;
		for (const char *c = line; *c && *c != '\n'; c++)
			sum = (sum ^ (unsigned char)*c) * 0x100000001b3u + 1;
	}
	if (maps)
		fclose(maps);
	return sum;
}

int arena_sound(const arena *a)
{
	uint64_t at = 0;

	for (size_t i = 0; i < a->slots; i++) {
		const wire_slot *s = &a->slot[i];

		if (s->access == SLOT_ABSENT)
			continue;
		if (s->access > SLOT_WRITE || s->start < at || s->start % a->page || s->end % a->page || s->end > a->bytes ||
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

static const char *slot_name(const arena *a, const wire_slot *slot)
{
	static const char *const memory[SLOT_EXTRA] = {"the plan", "the tape", "the scratch memory", "the samples"};
	size_t i = (size_t)(slot - a->slot), rows = a->tensors->count;

	if (i < rows)
		return a->tensors->row[i].name;
	return i < rows + SLOT_EXTRA ? memory[i - rows] : "the effective weights";
}

gm_status arena_check(const arena *a, gm_error *error)
{
	gm_status status = GM_OK;

	for (const wire_slot *s = a->slot; s < a->slot + a->slots; s++) {
		uint64_t before, behind;

		arena_damage(a->base, s, &before, &behind);
		if (!before && !behind)
			continue;
		arena_pattern(a->base, s);
		if (status == GM_OK)
			status = gm_fail(error, GM_MISMATCH, "wrote %llu bytes %s of %s",
			                 (unsigned long long)(before ? before : behind),
			                 before ? "before the start" : "past the end", slot_name(a, s));
	}
	return status;
}

void arena_fill(unsigned char *base, const wire_slot *slot, uint32_t word)
{
	unsigned char *at = base + slot->data;
	uint64_t whole = slot->bytes / sizeof word * sizeof word;

	for (uint64_t i = 0; i < whole; i += sizeof word)
		memcpy(at + i, &word, sizeof word);
	memcpy(at + whole, &word, slot->bytes - whole);
}

void arena_place_name(const arena *a, uint64_t offset, char text[160])
{
	const wire_slot *left = NULL, *right = NULL; /* of the offset; slots lie in their order */

	for (const wire_slot *s = a->slot; s < a->slot + a->slots && !right; s++)
		if (s->access != SLOT_ABSENT && s->start <= offset)
			left = s;
		else if (s->access != SLOT_ABSENT)
			right = s;
	uint64_t past = left ? offset - (left->data + left->bytes) : UINT64_MAX;
	uint64_t before = right ? right->data - offset : UINT64_MAX;
	if (left && offset < left->end)
		snprintf(text, 160, "%s %s", left->access == SLOT_READ ? "wrote to read-only" : "inside", slot_name(a, left));
	else if (!left && !right)
		snprintf(text, 160, "in the arena, near no buffer");
	else if (past == 0)
		snprintf(text, 160, "right past the end of %s", slot_name(a, left));
	else if (past <= before)
		snprintf(text, 160, "%llu bytes past the end of %s", (unsigned long long)past, slot_name(a, left));
	else
		snprintf(text, 160, "%llu bytes before the start of %s", (unsigned long long)before, slot_name(a, right));
}
