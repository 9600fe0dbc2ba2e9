/* SPDX-License-Identifier: MIT */
/* features.c - what failing cases share and passing ones lack.  In this order: one feature that all of them have and
 * none that passed, or one in ten; two features together; one that one in five with it passes; a few features that
 * nearly always fail and together hold all; one that all of them share and at most half of those with it pass. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"
#include "base/plural.h"
#include "causes_parts.h"
#include "gatemark/tensors.h"

typedef struct problem_view { /* of a check */
	const check_result *r;
	gm_spec spec; /* zeros if its problem is none */
} problem_view;

/* ---- the features, the strongest first ---- */

typedef struct feature feature;
struct feature {
	const char *name; /* behind "only" */
	int (*holds)(const problem_view *v, const feature *f);
	size_t number;
	const char *text;
};

static int of_cell(const problem_view *v, const feature *f) { return v->spec.problem.cell == f->number && v->spec.T; }
static int layers(const problem_view *v, const feature *f) { return v->spec.problem.num_layers > f->number; }
static int directions(const problem_view *v, const feature *f)
{
	(void)f;
	return v->spec.problem.bidirectional != 0;
}
static int projection(const problem_view *v, const feature *f) { return v->spec.problem.proj_size > f->number; }
static int batch_first(const problem_view *v, const feature *f)
{
	(void)f;
	return v->spec.problem.batch_first != 0;
}
static int unbatched(const problem_view *v, const feature *f)
{
	(void)f;
	return v->spec.problem.unbatched != 0;
}
static int lengths(const problem_view *v, const feature *f)
{
	(void)f;
	return v->spec.problem.lengths != 0;
}
static int dropout(const problem_view *v, const feature *f)
{
	(void)f;
	return v->spec.problem.dropout > 0;
}
static int no_bias(const problem_view *v, const feature *f) { return v->spec.T > f->number && !v->spec.problem.bias; }

static int tagged(const problem_view *v, const feature *f) { return v->r->tags && strstr(v->r->tags, f->text); }

static int special(const problem_view *v, const feature *f)
{
	(void)f;
	return cause_special(v->r);
}

static int absent(const problem_view *v, const feature *f) { return cause_absent(v->r, f->text); }

/* The number is the cells that have such a tensor. */
static int given(const problem_view *v, const feature *f)
{
	return v->spec.T && (f->number >> v->spec.problem.cell & 1) && !cause_absent(v->r, f->text);
}

static int tail_of_H(const problem_view *v, const feature *f) { return v->spec.problem.hidden_size % f->number != 0; }
static int tail_of_I(const problem_view *v, const feature *f) { return v->spec.problem.input_size % f->number != 0; }
static int whole_H(const problem_view *v, const feature *f) { return v->spec.T && !tail_of_H(v, f); }
static int tail_of_N(const problem_view *v, const feature *f) { return v->spec.N % f->number != 0; }

static const feature features[] = {
#define CELL(id, name, ...) {#name, of_cell, GM_##id, NULL},
#include "base/cells.def"
#undef CELL
	{"with lengths", lengths, 0, NULL},
	{"bidirectional", directions, 0, NULL},
	{"batch first", batch_first, 0, NULL},
	{"with several layers", layers, 1, NULL},
	{"with projection", projection, 0, NULL},
	{"with dropout masks", dropout, 0, NULL},
	{"unbatched", unbatched, 0, NULL},
	{"without bias", no_bias, 0, NULL},
	{"special values (NaN or Inf)", special, 0, NULL},
	{"special values (NaN)", tagged, 0, "nan"},
	{"special values (Inf)", tagged, 0, "inf"},
	{"denormals", tagged, 0, "denormal"},
	{"saturated gates", tagged, 0, "saturated"},
	{"tiny values", tagged, 0, "tiny"},
	{"growing states", tagged, 0, "growing"},
	{"long memory", tagged, 0, "longmem"},
	{"exact sums", tagged, 0, "exact"},
	{"where H is no multiple of 16", tail_of_H, 16, NULL},
	{"where H is no multiple of 8", tail_of_H, 8, NULL},
	{"where H is no multiple of 4", tail_of_H, 4, NULL},
	{"where H is odd", tail_of_H, 2, NULL},
	{"where I is no multiple of 16", tail_of_I, 16, NULL},
	{"where I is no multiple of 8", tail_of_I, 8, NULL},
	{"where I is no multiple of 4", tail_of_I, 4, NULL},
	{"where N is no multiple of 8", tail_of_N, 8, NULL},
	{"where N is no multiple of 4", tail_of_N, 4, NULL},
	{"where H is a multiple of 8", whole_H, 8, NULL},
	{"where h_0 is absent", absent, 0, "h_0"},
	{"where h_0 is given", given, CELLS_ALL, "h_0"},
	{"where c_0 is absent", absent, 0, "c_0"},
	{"where c_0 is given", given, CELLS_WITH_C, "c_0"},
	{"where grad_output is absent", absent, 0, "grad_output"},
	{"where grad_output is given", given, CELLS_ALL, "grad_output"},
	{"where grad_h_n is absent", absent, 0, "grad_h_n"},
	{"where grad_h_n is given", given, CELLS_ALL, "grad_h_n"},
	{"where grad_c_n is absent", absent, 0, "grad_c_n"},
	{"where grad_c_n is given", given, CELLS_WITH_C, "grad_c_n"},
};

enum { FEATURES = sizeof features / sizeof features[0] };

/* Sizes, of which failing cases may have all the large or all the small ones. */
static size_t size_of(const gm_spec *s, size_t which)
{
	const size_t sizes[] = {s->T, s->N, s->problem.hidden_size, s->problem.input_size, s->problem.num_layers};
	return sizes[which];
}

static const char *const size_names[] = {"T", "N", "H", "I", "L"};
enum { SIZES = sizeof size_names / sizeof size_names[0], COLUMNS = FEATURES + 2 * SIZES };

/* ---- which of them hold ---- */

typedef struct column { /* of the table: a feature, or a size */
	char name[48];
	unsigned char *holds; /* of failures, then of passes */
	size_t failing, passing;
} column;

typedef struct table {
	const cause_group *group;
	problem_view *view; /* of failures, then of passes; owns holds */
	size_t count;       /* of views */
	column column[COLUMNS];
	size_t columns;
} table;

static void add_column(table *t, const char *name)
{
	column *c = &t->column[t->columns];
	c->failing = c->passing = 0;
	for (size_t i = 0; i < t->count; i++)
		*(i < t->group->fails ? &c->failing : &c->passing) += c->holds[i];
	snprintf(c->name, sizeof c->name, "%s", name);
	t->columns++;
}

/* "where T is at least 9": the least of failures; or the other way round. */
static void add_size(table *t, size_t which, int most)
{
	size_t limit = size_of(&t->view[0].spec, which), end = limit;
	char name[48];
	for (size_t i = 1; i < t->group->fails; i++) {
		const size_t size = size_of(&t->view[i].spec, which);
		limit = (most ? size > limit : size < limit) ? size : limit;
	}
	for (size_t i = 0; i < t->count; i++) {
		const size_t size = size_of(&t->view[i].spec, which);
		t->column[t->columns].holds[i] = most ? size <= limit : size >= limit;
		end = (most ? size < end : size > end) ? size : end;
	}
	const char *how = limit == end ? "" : most ? "at most " : "at least ";
	snprintf(name, sizeof name, "where %s is %s%zu", size_names[which], how, limit);
	add_column(t, name);
}

static int open_table(const cause_group *group, table *t)
{
	*t = (table){.group = group, .count = group->fails + group->passes};
	t->view = calloc(1, t->count * (sizeof *t->view + COLUMNS));
	if (!t->view)
		return 0;
	for (size_t k = 0; k < COLUMNS; k++)
		t->column[k].holds = (unsigned char *)(t->view + t->count) + k * t->count;
	for (size_t i = 0; i < t->count; i++) {
		problem_view *v = &t->view[i];
		v->r = i < group->fails ? group->fail[i] : group->pass[i - group->fails];
		if (gm_spec_parse(v->r->problem, &v->spec, NULL) != GM_OK)
			v->spec = (gm_spec){.T = 0};
	}
	for (const feature *f = features; f < features + FEATURES; f++) {
		for (size_t i = 0; i < t->count; i++)
			t->column[t->columns].holds[i] = (unsigned char)(f->holds(&t->view[i], f) != 0);
		add_column(t, f->name);
	}
	for (size_t k = 0; group->fails > 2 && k < 2 * SIZES; k++) // of one or two it would say little
		add_size(t, k % SIZES, k >= SIZES);
	return 1;
}

/* ---- the search ---- */

static void all_in_one(cause_split *split, const cause_group *g, const char *only, size_t such)
{
	split->parts = 1;
	memset(split->part, 0, g->fails);
	char count[48];
	if (such == g->fails)
		snprintf(count, sizeof count, g->fails > 1 ? "all %zu" : "1", g->fails);
	else
		snprintf(count, sizeof count, "%zu of %zu", g->fails, such);
	if (only)
		snprintf(split->where[0], SPLIT_WHERE, "only %s (%s)", only, count);
	else
		snprintf(split->where[0], SPLIT_WHERE, "%s %s", count, plural((double)such, "case", "cases"));
}

static int one_that_parts(const table *t, cause_split *split)
{
	const cause_group *g = t->group;
	for (const column *c = t->column; c < t->column + t->columns; c++)
		if (c->failing == g->fails && c->passing == 0) {
			all_in_one(split, g, c->name, g->fails);
			return 1;
		}
	return 0;
}

static int two_that_part(const table *t, cause_split *split)
{
	const cause_group *g = t->group;
	char name[100];
	for (const column *a = t->column; g->fails > 2 && a < t->column + t->columns; a++)
		for (const column *b = a + 1; a->failing == g->fails && b < t->column + t->columns; b++) {
			size_t passing = 0;
			for (size_t i = g->fails; b->failing == g->fails && i < t->count; i++)
				passing += a->holds[i] & b->holds[i];
			if (b->failing != g->fails || passing > 0)
				continue;
			snprintf(name, sizeof name, "%s, %s", a->name, b->name);
			all_in_one(split, g, name, g->fails);
			return 1;
		}
	return 0;
}

/* How many failures that belong to no part yet have it; 0 also where it passes in more than one of five. */
static size_t gain(const table *t, const column *c, const cause_split *split)
{
	size_t more = 0;
	for (size_t i = 0; i < t->group->fails; i++)
		more += split->part[i] == SPLIT_PARTS && c->holds[i];
	return 4 * c->passing <= c->failing && c < t->column + FEATURES ? more : 0;
}

static int some_that_cover(const table *t, cause_split *split)
{
	const cause_group *g = t->group;
	size_t left = g->fails;
	if (g->fails > g->passes) // of most cases some features always hold nearly all
		return 0;
	memset(split->part, SPLIT_PARTS, g->fails);
	for (split->parts = 0; left > 0 && split->parts < SPLIT_PARTS; split->parts++) {
		const column *best = t->column;
		for (const column *c = t->column; c < t->column + t->columns; c++)
			best = gain(t, c, split) > gain(t, best, split) ? c : best;
		const size_t more = gain(t, best, split);
		if (more < 2)
			return 0;
		for (size_t i = 0; i < g->fails; i++)
			if (split->part[i] == SPLIT_PARTS && best->holds[i])
				split->part[i] = (unsigned char)split->parts;
		left -= more;
		snprintf(split->where[split->parts], SPLIT_WHERE, "%s (%zu of %zu)", best->name, best->failing,
		         best->failing + best->passing);
	}
	return left == 0;
}

/* The one with the fewest passes, if the failures are at least so many times as many and it tells more than chance. */
static int one_that_is_shared(const table *t, size_t times, cause_split *split)
{
	const cause_group *g = t->group;
	const column *best = NULL;
	for (const column *c = t->column; c < t->column + t->columns; c++)
		if (c->failing == g->fails && times * c->passing <= g->fails && 2 * c->passing <= g->passes &&
		    (!best || c->passing < best->passing))
			best = c;
	if (best)
		all_in_one(split, g, best->name, g->fails + best->passing);
	return best != NULL;
}

int cause_split_group(const cause_group *group, cause_split *split)
{
	table t;
	split->part = calloc(group->fails + 1, 1);
	if (!split->part || !open_table(group, &t)) {
		free(split->part);
		return 0;
	}
	const int telling = group->passes >= (group->fails > 1 ? 3 : 10); // of fewer any two differ in something
	if (!telling ||
	    !(one_that_parts(&t, split) || one_that_is_shared(&t, 9, split) || two_that_part(&t, split) ||
	      one_that_is_shared(&t, 4, split) || some_that_cover(&t, split) || one_that_is_shared(&t, 1, split)))
		all_in_one(split, group, NULL, t.count);
	free(t.view);
	return 1;
}
