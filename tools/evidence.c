/* SPDX-License-Identifier: MIT */
/* evidence.c - loading and merging of result files (evidence.h).
 *
 * All records are loaded, put in order (time of the run, id of the run, place of the problem in its list, place in the files), then filed one after
 * the other under a key that says what they are about, so that a later one takes the place of an earlier one. */
#include "evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"

typedef struct filed { /* one record on its way */
	json_t *record;
	const char *time, *run; /* of its run record; "" if there is none */
	double listed;          /* place of its problem in the list that was raced */
	size_t place;           /* in the files */
} filed;

typedef struct loading {
	json_t *records, *runs;
} loading;

static int take(json_t *record, void *context)
{
	loading *l = context;
	const char *run = results_text(record, "run");
	if (strcmp(results_text(record, "kind"), "run") == 0 && !json_object_get(l->runs, run))
		json_object_set(l->runs, run, record);
	json_array_append(l->records, record);
	return 0;
}

static int order_filed(const void *a, const void *b)
{
	const filed *x = a, *y = b;
	int order = strcmp(x->time, y->time);
	if (!order)
		order = strcmp(x->run, y->run);
	if (!order)
		order = (x->listed > y->listed) - (x->listed < y->listed);
	return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* The key of a record in the table of its kind: the machine and the members named. */
static char *key_of(const json_t *runs, const json_t *record, const char *const *member)
{
	const json_t *run = json_object_get(runs, results_text(record, "run"));
	const char *part[5] = {results_text(json_object_get(run, "machine"), "fingerprint")};
	size_t parts = 1, bytes = strlen(part[0]) + 2;
	for (; *member; member++) {
		part[parts] = results_text(record, *member);
		bytes += strlen(part[parts++]) + 1;
	}
	char *key = calloc(bytes, 1);
	for (size_t i = 0; key && i < parts; i++) {
		strcat(key, part[i]);
		strcat(key, "\n");
	}
	return key;
}

static const struct kind { /* what each kind of record is about */
	const char *name;
	const char *member[4];
} KINDS[] = {
	{"check", {"case", "variant", "pass"}},
	{"bits", {"bit_class"}},
	{"bench", {"problem", "variant"}},
	{"end", {"run"}},
};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS };

/* Files every record into table[kind] (objects); returns 0 without memory. */
static int file_all(const filed *list, size_t count, const json_t *runs, json_t *const *table)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = results_text(list[i].record, "kind");
		for (size_t k = 0; k < KIND_COUNT; k++) {
			if (strcmp(name, KINDS[k].name) != 0)
				continue;
			char *key = key_of(runs, list[i].record, KINDS[k].member);
			int failed = !key || json_object_set(table[k], key, list[i].record);
			free(key);
			if (failed)
				return 0;
		}
	}
	return 1;
}

static json_t *values_of(json_t *object)
{
	json_t *array = json_array(), *value;
	const char *key;
	json_object_foreach(object, key, value)
		json_array_append(array, value);
	return array;
}

static filed *sort_records(const json_t *records, const json_t *runs)
{
	size_t count = json_array_size(records);
	filed *list = calloc(count + 1, sizeof *list);
	for (size_t i = 0; list && i < count; i++) {
		json_t *record = json_array_get(records, i);
		const char *run = results_text(record, "run");
		list[i] = (filed){record, results_text(json_object_get(runs, run), "time"), run,
		                  results_get(record, "place", 0), i};
	}
	if (list)
		qsort(list, count, sizeof *list, order_filed);
	return list;
}

/* Moves what was loaded, in order and without doubles, into e. */
static gm_status merge(const loading *l, evidence *e, gm_error *error)
{
	json_t *table[KIND_COUNT];
	size_t count = json_array_size(l->records);
	for (size_t k = 0; k < KIND_COUNT; k++)
		table[k] = json_object();
	filed *list = sort_records(l->records, l->runs);
	int good = list && file_all(list, count, l->runs, table);
	e->runs = json_object();
	for (size_t i = 0; good && i < count; i++)
		if (json_object_get(l->runs, list[i].run) == list[i].record)
			json_object_set(e->runs, list[i].run, list[i].record);
	e->records = count;
	e->check = values_of(table[0]);
	e->bits = values_of(table[1]);
	e->bench = values_of(table[2]);
	e->end = json_object();
	json_t *record;
	size_t i;
	json_t *ends = values_of(table[3]);
	json_array_foreach(ends, i, record)
		json_object_set(e->end, results_text(record, "run"), record);
	json_decref(ends);
	for (size_t k = 0; k < KIND_COUNT; k++)
		json_decref(table[k]);
	free(list);
	return good ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory for %zu records", count);
}

gm_status evidence_load(const char *const *path, size_t count, evidence **e, gm_error *error)
{
	loading l = {json_array(), json_object()};
	evidence *made = calloc(1, sizeof *made);
	gm_status status = made && l.records && l.runs ? GM_OK : gm_fail(error, GM_NO_MEMORY, "no memory");
	for (size_t i = 0; status == GM_OK && i < count; i++) {
		int torn = 0;
		status = results_load(path[i], take, &l, &torn, error);
		made->torn += (size_t)torn;
		made->files++;
	}
	if (status == GM_OK)
		status = merge(&l, made, error);
	json_decref(l.records);
	json_decref(l.runs);
	if (status != GM_OK) {
		evidence_destroy(made);
		return status;
	}
	*e = made;
	return GM_OK;
}

void evidence_destroy(evidence *e)
{
	if (!e)
		return;
	json_decref(e->runs);
	json_decref(e->check);
	json_decref(e->bits);
	json_decref(e->bench);
	json_decref(e->end);
	free(e);
}

const json_t *evidence_run(const evidence *e, const json_t *record)
{
	return json_object_get(e->runs, results_text(record, "run"));
}

const char *evidence_machine_of(const evidence *e, const json_t *record)
{
	return results_text(json_object_get(evidence_run(e, record), "machine"), "fingerprint");
}

const json_t *evidence_latest(const evidence *e)
{
	const json_t *latest = NULL, *timed = NULL;
	const char *id;
	json_t *run, *record;
	size_t i;
	json_object_foreach(e->runs, id, run) {
		latest = run;
		json_array_foreach(e->bench, i, record)
			if (strcmp(results_text(record, "status"), "timed") == 0 && strcmp(results_text(record, "run"), id) == 0)
				timed = run;
	}
	return timed ? timed : latest;
}

size_t evidence_machines(const evidence *e)
{
	json_t *seen = json_object(), *run;
	const char *id;
	json_object_foreach(e->runs, id, run)
		json_object_set_new(seen, results_text(json_object_get(run, "machine"), "fingerprint"), json_true());
	size_t count = json_object_size(seen);
	json_decref(seen);
	return count;
}

size_t evidence_rank(const char *variant)
{
	size_t rank = 0;
	while (rank < gm_variant_count() && strcmp(gm_variant_at(rank)->name, variant) != 0)
		rank++;
	return rank;
}

int evidence_order(const char *a, const char *b)
{
	size_t x = evidence_rank(a), y = evidence_rank(b);
	return x != y ? (x > y) - (x < y) : strcmp(a, b);
}
