/* SPDX-License-Identifier: MIT */
/* evidence.c - collecting and merging of results (evidence.h).
 *
 * Records of a kind are put in order (time of the run, id of the run, place of the problem in its list, order of
 * arrival); a later one takes the place of an earlier one about the same thing. */
#include "evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"

/* ---- collecting ---- */

gm_status evidence_add(evidence *e, record_kind kind, const void *value, gm_error *error)
{
	const record_type *type = record_type_of(kind);
	char *last = record_add(&evidence_type.field[kind], e);
	GM_TRY(last ? record_take(type, last, type, value, error)
	            : gm_fail(error, GM_NO_MEMORY, "no memory for a %s", type->name));
	if (*last == '\0') // every record begins with the id of its run
		snprintf(last, sizeof e->run->run, "%s", results_run_id());
	return GM_OK;
}

gm_status evidence_read(evidence *e, const char *const *path, size_t count, gm_error *error)
{
	gm_status status = GM_OK;
	for (size_t i = 0; status == GM_OK && i < count; i++)
		status = results_read(path[i], e, error);
	if (status == GM_OK)
		status = evidence_merge(e, error);
	if (status != GM_OK)
		evidence_free(e);
	return status;
}

/* ---- merging ---- */

typedef struct filed { /* a record on its way */
	const char *value; /* it begins with the id of its run */
	const run_begin *run;
	size_t listed;
} filed;

static int by_order(const void *a, const void *b)
{
	const filed *x = a, *y = b;
	int order = strcmp(x->run->time, y->run->time);
	if (!order)
		order = strcmp(x->value, y->value);
	if (!order)
		order = (x->listed > y->listed) - (x->listed < y->listed);
	return order ? order : (x->value > y->value) - (x->value < y->value); // as they arrived
}

/* What a record is about. */
static json_t *key_of(const filed *f, record_kind kind)
{
	const check_result *check = (const void *)f->value;
	const bits_result *bits = (const void *)f->value;
	const bench_result *bench = (const void *)f->value;
	const choice_entry *choice = (const void *)f->value;
	const refused_input *refused = (const void *)f->value;
	const char *machine = f->run->machine.fingerprint;
	switch (kind) {
	case RECORD_CHECK: return json_sprintf("%s\n%s\n%s\n%d", machine, check->case_id, check->variant, (int)check->pass);
	case RECORD_BITS: return json_sprintf("%s\n%s", machine, bits->bit_class);
	case RECORD_BENCH: return json_sprintf("%s\n%s\n%s", machine, bench->problem, bench->variant);
	case RECORD_CHOICE: return json_sprintf("%s\n%s", machine, choice->problem);
	case RECORD_REFUSED:
		return json_sprintf("%s\n%s\n%s", refused->run, refused->path ? refused->path : "", refused->case_id);
	default: return json_string(f->value);
	}
}

/* Moves the records of list, in order, to kept: the last one about a thing, where its first one stood.  Returns how
 * many those are; *replaced counts those of another run's. */
static size_t keep_last(record_kind kind, const filed *list, size_t count, char *kept, size_t *replaced)
{
	const record_type *type = record_type_of(kind);
	json_t *place = json_object();
	size_t used = 0;
	for (size_t i = 0; i < count; i++) {
		json_t *key = key_of(&list[i], kind), *known = json_object_get(place, json_string_value(key));
		char *to = kept + (known ? (size_t)json_integer_value(known) : used) * type->bytes;
		*replaced += known && strcmp(to, list[i].value) != 0;
		if (known)
			record_free(type, to);
		else
			json_object_set_new(place, json_string_value(key), json_integer((json_int_t)used++));
		memcpy(to, list[i].value, type->bytes);
		json_decref(key);
	}
	json_decref(place);
	return used;
}

static gm_status merge_kind(evidence *e, record_kind kind, gm_error *error)
{
	const record_field *f = &evidence_type.field[kind];
	const record_type *type = f->of;
	char *all = RECORD_AT(e, f->offset, char *);
	size_t *count = &RECORD_AT(e, f->count, size_t);
	filed *list = calloc(*count + 1, sizeof *list);
	char *kept = malloc((*count + 1) * type->bytes);
	gm_status status = list && kept ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for %zu records", *count);
	for (size_t i = 0; status == GM_OK && i < *count; i++) {
		char *value = all + i * type->bytes;
		list[i] = (filed){value, kind == RECORD_RUN ? (run_begin *)value : evidence_run(e, value),
		                  kind == RECORD_BENCH ? e->bench[i].place : 0};
	}
	if (status == GM_OK && *count > 0) {
		qsort(list, *count, sizeof *list, by_order);
		*count = keep_last(kind, list, *count, kept, &e->replaced);
		memcpy(all, kept, *count * type->bytes);
	}
	free(list);
	free(kept);
	return status;
}

/* A variant of the table goes by its present name, whatever a file calls it. */
static void rename_former(char name[48], const char *plugin)
{
	const gm_variant *row = plugin ? NULL : gm_variant_find(name);
	if (row)
		snprintf(name, 48, "%s", row->name);
}

gm_status evidence_merge(evidence *e, gm_error *error)
{
	for (size_t i = 0; i < e->check_count; i++)
		rename_former(e->check[i].variant, e->check[i].plugin);
	for (size_t i = 0; i < e->bench_count; i++)
		rename_former(e->bench[i].variant, e->bench[i].plugin);
	for (int kind = RECORD_RUN; kind < RECORD_KINDS; kind++) // runs first: the order of the others is theirs
		GM_TRY(merge_kind(e, (record_kind)kind, error));
	return GM_OK;
}

/* ---- questions ---- */

static const run_begin *no_run(void)
{
	static run_begin nothing;
	run_begin_init(&nothing);
	return &nothing;
}

const run_begin *evidence_run(const evidence *e, const char *id)
{
	for (size_t i = 0; i < e->run_count; i++)
		if (strcmp(e->run[i].run, id) == 0)
			return &e->run[i];
	return no_run();
}

const run_begin *evidence_run_or_first(const evidence *e, const char *id)
{
	const run_begin *run = evidence_run(e, id);
	return run->run[0] != '\0' || e->run_count == 0 ? run : e->run;
}

const char *evidence_machine(const evidence *e, const char *id) { return evidence_run(e, id)->machine.fingerprint; }

static int has_timed(const evidence *e, const run_begin *run)
{
	for (size_t i = 0; i < e->bench_count; i++)
		if (e->bench[i].status == RACE_TIMED && strcmp(e->bench[i].run, run->run) == 0)
			return 1;
	return 0;
}

const run_begin *evidence_latest(const evidence *e)
{
	size_t last = e->run_count;
	while (last > 0 && !has_timed(e, &e->run[last - 1]))
		last--;
	return last > 0 ? &e->run[last - 1] : e->run_count > 0 ? &e->run[e->run_count - 1] : no_run();
}

names evidence_machines(const evidence *e)
{
	static const record_kind of_a_machine[] = {RECORD_CHECK, RECORD_BENCH, RECORD_REFUSED};
	names seen = {0};
	for (size_t i = 0; i < e->run_count; i++)
		names_add(&seen, e->run[i].machine.fingerprint);
	for (size_t k = 0; k < sizeof of_a_machine / sizeof *of_a_machine; k++) {
		const record_field *f = &evidence_type.field[of_a_machine[k]];
		const char *one = RECORD_AT(e, f->offset, char *);
		for (size_t i = 0; i < RECORD_AT(e, f->count, size_t); i++, one += f->of->bytes)
			names_add(&seen, evidence_machine(e, one)); // a record begins with the id of its run
	}
	return seen;
}

const run_end *evidence_end(const evidence *e, const char *id)
{
	for (size_t i = 0; i < e->end_count; i++)
		if (strcmp(e->end[i].run, id) == 0)
			return &e->end[i];
	return NULL;
}

static size_t rank_of(const char *variant)
{
	size_t rank = 0;
	while (rank < gm_variant_count() && strcmp(gm_variant_at(rank)->name, variant) != 0)
		rank++;
	return rank;
}

int evidence_order(const char *a, const char *b)
{
	size_t x = rank_of(a), y = rank_of(b);
	return x != y ? (x > y) - (x < y) : strcmp(a, b);
}
