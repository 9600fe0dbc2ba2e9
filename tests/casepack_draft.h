/* SPDX-License-Identifier: MIT */
/* casepack_draft.h - a case pack before it is written, with every array that its problem can have, for tests that
 * damage it.  Include after cmocka. */
#ifndef TESTS_CASEPACK_DRAFT_H
#define TESTS_CASEPACK_DRAFT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casepack.h"
#include "layout.h"

enum { MOST = 600 };

typedef struct draft { /* a pack before it is written */
	pack_head head;
	pack_layout *layout;
	pack_entry entry[MOST];
	const void *source[MOST];
	void *memory[MOST];
	size_t count;
} draft;

/* Values that differ between arrays and are whole numbers in every type; lengths are 1, 2, 1, ... */
static inline void *make_array(const pack_entry *e, size_t which)
{
	size_t count = (size_t)(e->bytes / gm_dtype_bytes((gm_dtype)e->dtype));
	char *array = malloc((size_t)e->bytes);

	for (size_t i = 0; i < count; i++) {
		double value = (double)((which * 31 + i) % 1000);

		if (e->dtype == GM_DTYPE_F32)
			((float *)(void *)array)[i] = (float)value;
		else if (e->dtype == GM_DTYPE_F64)
			((double *)(void *)array)[i] = value;
		else
			((int64_t *)(void *)array)[i] = 1 + (int64_t)(i % 2);
	}
	return array;
}

/* Every array that the problem can have. */
static inline draft *draft_of(const char *problem, const char *id)
{
	draft *d = calloc(1, sizeof *d);
	gm_error error = {0};

	d->head = (pack_head){.id = id, .tags = "none", .note = "a test", .sha256 = {1, 2, 3}};
	assert_int_equal(gm_spec_parse(problem, &d->head.spec, &error), GM_OK);
	assert_int_equal(pack_layout_create(&d->head.spec, &d->layout, &error), GM_OK);
	assert_true(d->layout->count <= MOST);
	for (size_t i = 0; i < d->layout->count; i++) {
		d->entry[i] = d->layout->slot[i].entry;
		d->memory[i] = make_array(&d->entry[i], i);
		d->source[i] = d->memory[i];
	}
	d->count = d->layout->count;
	return d;
}

static inline void draft_free(draft *d)
{
	for (size_t i = 0; i < d->layout->count; i++)
		free(d->memory[i]);
	pack_layout_destroy(d->layout);
	free(d);
}

static inline unsigned char *block_of(draft *d, size_t *bytes)
{
	unsigned char *block;

	*bytes = pack_write(&d->head, d->entry, d->source, d->count, NULL);
	assert_true(*bytes > 0);
	block = malloc(*bytes);
	assert_int_equal(pack_write(&d->head, d->entry, d->source, d->count, block), *bytes);
	return block;
}

static inline size_t find(const draft *d, uint32_t section, const char *name)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->entry[i].section == section && strcmp(d->entry[i].name, name) == 0)
			return i;
	fail_msg("no array %s", name);
	return 0;
}

static inline void take_out(draft *d, size_t at)
{
	memmove(&d->entry[at], &d->entry[at + 1], (d->count - at - 1) * sizeof *d->entry);
	memmove(&d->source[at], &d->source[at + 1], (d->count - at - 1) * sizeof *d->source);
	d->count--;
}

#endif
