/* SPDX-License-Identifier: MIT */
/* causes.c - which failures belong together.  Backward that fails where forward did only follows it.  The others, a
 * pass of a variant on a machine at a time, are put together if they look alike (words.c), and parted again if
 * different features of their cases hold them (features.c). */
#include "causes_parts.h"

#include <stdlib.h>
#include <string.h>

#include "gatemark/tensors.h"

typedef struct finder {
	const evidence *e;
	check_status status;
	causes *found;
	unsigned char *taken;      /* by check: belongs to a cause, or only follows a failure of forward */
	const check_result **list; /* room for all checks, twice */
	int no_memory;
} finder;

/* ---- order ---- */

static double work_of(const check_result *r)
{
	gm_spec spec;
	return gm_spec_parse(r->problem, &spec, NULL) == GM_OK ? gm_spec_flops(&spec) : 0;
}

static int by_size(const void *a, const void *b)
{
	const check_result *x = *(const check_result *const *)a, *y = *(const check_result *const *)b;
	const double p = work_of(x), q = work_of(y);
	return p != q ? (p > q) - (p < q) : strcmp(x->case_id, y->case_id);
}

/* ---- same contestant ---- */

static int same_variant(const evidence *e, const check_result *a, const check_result *b)
{
	return strcmp(a->variant, b->variant) == 0 && strcmp(a->executor, b->executor) == 0 &&
	       (strcmp(a->run, b->run) == 0 || strcmp(evidence_machine(e, a->run), evidence_machine(e, b->run)) == 0);
}

/* What a forward and a backward on the same case have in common. */
static json_t *key_of(const evidence *e, const check_result *r)
{
	return json_sprintf("%s\n%s\n%s\n%s", r->variant, r->case_id, r->executor, evidence_machine(e, r->run));
}

/* Takes what fails backward where forward fails too: it belongs to the cause of that. */
static void take_following(finder *f)
{
	json_t *failed = json_object();
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < f->e->check_count; i++) {
			const check_result *r = &f->e->check[i];
			json_t *key = r->status == f->status && r->pass == (round ? PASS_BWD : PASS_FWD) ? key_of(f->e, r) : NULL;
			if (key && !round)
				f->no_memory |= json_object_set_new(failed, json_string_value(key), json_true()) != 0;
			else if (key)
				f->taken[i] = json_object_get(failed, json_string_value(key)) != NULL;
			json_decref(key);
		}
	json_decref(failed);
}

/* ---- a cause ---- */

static int is_among(const cause *c, size_t count, const char *case_id)
{
	for (size_t k = 0; k < count; k++)
		if (strcmp(c->failure[k]->case_id, case_id) == 0)
			return 1;
	return 0;
}

/* Failures of backward that follow those of this cause. */
static void add_following(finder *f, cause *c)
{
	const size_t own = c->count;
	for (size_t i = 0; i < f->e->check_count && c->failure[0]->pass == PASS_FWD; i++) {
		const check_result *r = &f->e->check[i];
		if (r->pass == PASS_BWD && f->taken[i] && r->status == f->status && same_variant(f->e, c->failure[0], r) &&
		    is_among(c, own, r->case_id))
			c->failure[c->count++] = r;
	}
	c->following = c->count - own;
	qsort(c->failure + own, c->following, sizeof *c->failure, by_size);
}

static void add_cause(finder *f, const cause_group *g, const cause_split *split, size_t part)
{
	const size_t room = 2 * g->fails + 1;
	cause c = {.failure = calloc(room, sizeof *c.failure)}, *last;
	for (size_t i = 0; c.failure && i < g->fails; i++)
		if (split->part[i] == part)
			c.failure[c.count++] = g->fail[i];
	last = c.count ? record_grow(&f->found->list, &f->found->count, sizeof *last) : NULL;
	if (!last) {
		f->no_memory |= !c.failure || c.count > 0;
		free(c.failure);
		return;
	}
	qsort(c.failure, c.count, sizeof *c.failure, by_size);
	char what[CAUSE_HEADING];
	cause_what(c.failure, c.count, what);
	snprintf(c.heading, sizeof c.heading, "%.*s, %s", CAUSE_HEADING - SPLIT_WHERE - 3, what, split->where[part]);
	add_following(f, &c);
	*last = c;
}

/* ---- a group ---- */

static void gather(finder *f, size_t first, cause_group *g)
{
	const check_result *one = &f->e->check[first];
	*g = (cause_group){.fail = f->list, .pass = f->list + f->e->check_count};
	for (size_t i = 0; i < f->e->check_count; i++) {
		const check_result *r = &f->e->check[i];
		if (r->pass != one->pass || !same_variant(f->e, one, r))
			continue;
		if (r->status == STATUS_PASS)
			g->pass[g->passes++] = r;
		if (r->status != f->status || f->taken[i] || !cause_alike(one, r))
			continue;
		f->taken[i] = 1;
		g->fail[g->fails++] = r;
	}
}

static void find_group(finder *f, size_t first)
{
	cause_group g;
	cause_split split;
	gather(f, first, &g);
	if (!cause_split_group(&g, &split)) {
		f->no_memory = 1;
		return;
	}
	for (size_t part = 0; part < split.parts; part++)
		add_cause(f, &g, &split, part);
	free(split.part);
}

/* ---- all ---- */

/* Most failures first, then as they came. */
static int by_count(const void *a, const void *b)
{
	const cause *x = a, *y = b;
	return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
	                            : (x->failure[0] > y->failure[0]) - (x->failure[0] < y->failure[0]);
}

/* Special values join what fails without them: they come last. */
static void find_of(finder *f, const char *variant)
{
	const size_t before = f->found->count;
	for (int special = 0; special < 2; special++)
		for (size_t i = 0; !f->no_memory && i < f->e->check_count; i++) {
			const check_result *r = &f->e->check[i];
			if (r->status == f->status && !f->taken[i] && special >= cause_special(r) &&
			    strcmp(r->variant, variant) == 0)
				find_group(f, i);
		}
	if (f->found->count > before)
		qsort(f->found->list + before, f->found->count - before, sizeof *f->found->list, by_count);
}

gm_status causes_find(const evidence *e, check_status status, causes *found, gm_error *error)
{
	names variants = {0};
	finder f = {.e = e,
	            .status = status,
	            .found = found,
	            .taken = calloc(e->check_count + 1, 1),
	            .list = calloc(2 * e->check_count + 1, sizeof *f.list)};
	*found = (causes){0};
	for (size_t i = 0; i < e->check_count; i++)
		names_add(&variants, e->check[i].variant);
	f.no_memory = !f.taken || !f.list || variants.failed;
	if (!f.no_memory)
		take_following(&f);
	for (size_t v = 0; v < variants.count; v++)
		find_of(&f, variants.name[v]);
	free(variants.name);
	free(f.taken);
	free(f.list);
	if (!f.no_memory)
		return GM_OK;
	causes_free(found);
	return gm_fail(error, GM_NO_MEMORY, "no memory for the causes of failures");
}

void causes_free(causes *found)
{
	for (size_t k = 0; k < found->count; k++)
		free(found->list[k].failure);
	free(found->list);
	*found = (causes){0};
}

const cause *causes_of(const causes *found, const check_result *check)
{
	for (size_t k = 0; k < found->count; k++)
		for (size_t i = 0; i < found->list[k].count; i++)
			if (found->list[k].failure[i] == check)
				return &found->list[k];
	return NULL;
}
