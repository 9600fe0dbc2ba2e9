/* SPDX-License-Identifier: MIT */
/* choice_lines.h - the choice of a result file of a few lines (result_lines.h).  Include after cmocka.h. */
#ifndef TESTS_CHOICE_LINES_H
#define TESTS_CHOICE_LINES_H

#include "choose/choose.h"
#include "result_lines.h"

#define P "lstm_T8_N1_I4_H4/fwd"

static inline const char *row(size_t index) /* of the table of variants: row(0) is the simplest */
{
	assert_true(index < gm_variant_count());
	return gm_variant_at(index)->name;
}

/* The choice of the lines so far; status is what choose_decide must return. */
static inline choice_document choice_of(lines *l, const names *asked, gm_status status)
{
	const char *path[] = {l->path};
	evidence e = {0};
	choice_document choice;
	gm_error error = {0};
	lines_done(l);
	assert_int_equal(evidence_read(&e, path, 1, &error), GM_OK);
	assert_int_equal(choose_decide(&e, asked, &choice, &error), status);
	evidence_free(&e);
	lines_remove(l, NULL);
	return choice;
}

static inline const choice_entry *entry_at(const choice_document *choice, size_t index)
{
	assert_true(index < choice->domain_count);
	return &choice->domain[index];
}

static inline const rejected_variant *rejection(const choice_entry *entry, const char *variant)
{
	for (size_t i = 0; i < entry->rejected_count; i++)
		if (strcmp(entry->rejected[i].variant, variant) == 0)
			return &entry->rejected[i];
	fail_msg("%s is not in the list of rejected", variant);
	return NULL;
}

static inline void begin(lines *l)
{
	lines_open(l);
	put_run(l, RUN_A, "m1", "2026-01-01T00:00:00Z");
}

#endif
