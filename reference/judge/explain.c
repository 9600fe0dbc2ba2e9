/* SPDX-License-Identifier: MIT */
/* explain.c - why a result is wrong, as far as the pattern of its wrong elements tells: the first one in order of
 * computation, the run of wrong units there, and what all wrong elements have in common.
 *
 * Order of computation: forward results in time (a reverse direction from the end), layers upwards; gradients against
 * it.  Only the tensor's own axes are known here: no gate of an output, no step of a weight gradient. */
#include "budget/budget_tensor.h"
#include "judge.h"

#include <stdio.h>
#include <string.h>

typedef struct wrongs { /* of one tensor */
	size_t count, fit;  /* wrong elements, judged elements */
	size_t low[AXES], high[AXES], extent[AXES];
	size_t first, order; /* the first wrong element and its place in time */
	uint32_t cell;
} wrongs;

static int is_wrong(const budget_tensor *tensor, size_t index, const float *got)
{
	return !tensor->unfit[budget_row(tensor, index)] && !(budget_used(tensor, index, got[index]) <= 1);
}

static size_t order_of(const gm_tensor *tensor, const location *p)
{
	size_t T = p->extent[AXIS_STEP], L = p->extent[AXIS_LAYER];
	int backwards = tensor->role == GM_ROLE_GRAD;

	if (T)
		return backwards != (int)p->at[AXIS_DIRECTION] ? T - 1 - p->at[AXIS_STEP] : p->at[AXIS_STEP];
	if (L)
		return backwards ? L - 1 - p->at[AXIS_LAYER] : p->at[AXIS_LAYER];
	return 0;
}

static void note_wrong(wrongs *w, const location *p, size_t index, size_t order)
{
	for (axis a = 0; a < AXES; a++) {
		if (w->count == 0 || p->at[a] < w->low[a])
			w->low[a] = p->at[a];
		if (w->count == 0 || p->at[a] > w->high[a])
			w->high[a] = p->at[a];
	}
	memcpy(w->extent, p->extent, sizeof p->extent);
	if (w->count == 0 || order < w->order) {
		w->first = index;
		w->order = order;
	}
	w->count++;
}

static void find_wrongs(const judge_budget *budget, size_t row, const float *got, wrongs *w)
{
	const budget_tensor *tensor = &budget->tensor[row];
	const gm_tensor *shape = &budget->tensors->row[row];
	location p;

	*w = (wrongs){.first = GM_NO_TENSOR, .cell = budget->spec.problem.cell};
	for (size_t i = 0; i < shape->count; i++) {
		w->fit += !tensor->unfit[budget_row(tensor, i)];
		if (!is_wrong(tensor, i, got))
			continue;
		locate(&budget->spec, shape, i, &p);
		note_wrong(w, &p, i, order_of(shape, &p));
	}
}

/* "first row", "last step", "gate f alone": all wrong elements share one value of an axis that has several. */
static void name_pinned(const wrongs *w, axis a, const char *name, char text[160])
{
	size_t at = w->low[a], extent = w->extent[a];
	const char *which = at == 0 ? "first" : at + 1 == extent ? "last" : "one";

	if (extent < 2 || at != w->high[a])
		return;
	if (a == AXIS_GATE)
		location_append(text, 160, ", gate %c alone", gate_letter(w->cell, at));
	else if (a == AXIS_DIRECTION)
		location_append(text, 160, ", %s direction alone", at ? "reverse" : "forward");
	else if (a == AXIS_LAYER)
		location_append(text, 160, ", layer %zu alone", at);
	else
		location_append(text, 160, ", %s %s", which, name);
}

/* A range of units that is what is left over behind whole vectors, or one whole vector's lanes. */
static void name_lanes(const wrongs *w, axis a, char text[160])
{
	size_t extent = w->extent[a], low = w->low[a], high = w->high[a];

	if (!extent || low == high)
		return;
	for (int tail = 1; tail >= 0; tail--)
		for (size_t lanes = 4; lanes <= 16; lanes *= 2)
			if (extent > lanes && (tail ? low >= extent - extent % lanes : low / lanes == high / lanes)) {
				location_append(text, 160, tail ? ", vector tail of %zu lanes" : ", one block of %zu lanes", lanes);
				return;
			}
}

static void name_steps(const wrongs *w, char text[160])
{
	size_t low = w->low[AXIS_STEP], high = w->high[AXIS_STEP], last = w->extent[AXIS_STEP] - 1;

	if (w->extent[AXIS_STEP] < 2 || low == high)
		return;
	if (low > 0 && high == last)
		location_append(text, 160, ", everything after step %zu", low - 1);
	else if (low == 0 && high < last)
		location_append(text, 160, ", everything before step %zu", high + 1);
}

static void name_pattern(const wrongs *w, axis run, char text[160])
{
	static const struct {
		axis axis;
		const char *name;
	} pinned[] = {{AXIS_LAYER, "layer"}, {AXIS_DIRECTION, "direction"}, {AXIS_GATE, "gate"},  {AXIS_STEP, "step"},
	              {AXIS_ROW, "row"},     {AXIS_UNIT, "unit"},           {AXIS_FROM, "column"}};

	if (w->count == w->fit || w->count == 1) {
		location_append(text, 160, w->count == w->fit ? ", everything" : ", one element");
		return;
	}
	for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++)
		name_pinned(w, pinned[i].axis, pinned[i].name, text);
	name_steps(w, text);
	name_lanes(w, AXIS_UNIT, text);
	if (run != AXIS_UNIT)
		name_lanes(w, run, text);
}

void judge_explain(const judge_budget *budget, size_t row, const float *got, char text[160])
{
	const budget_tensor *tensor = &budget->tensor[row];
	const gm_tensor *shape = &budget->tensors->row[row];
	char where[96];
	size_t last;
	wrongs w;
	location p;
	axis run;

	text[0] = 0;
	if (!tensor->want)
		return;
	find_wrongs(budget, row, got, &w);
	if (w.count == 0) {
		snprintf(text, 160, "nothing wrong");
		return;
	}
	locate(&budget->spec, shape, w.first, &p);
	run = location_run_axis(&p);
	last = p.at[run];
	for (size_t i = w.first + 1; last + 1 < p.extent[run] && is_wrong(tensor, i, got); i++)
		last++;
	location_text(&budget->spec, &p, last, where);
	snprintf(text, 160, "first wrong %s; %zu of %zu wrong", where, w.count, w.fit);
	name_pattern(&w, run, text);
}

void judge_pattern(const judge_budget *budget, size_t row, const float *got, char text[160])
{
	location p;
	wrongs w;

	text[0] = 0;
	if (!budget->tensor[row].want)
		return;
	find_wrongs(budget, row, got, &w);
	if (w.count == 0)
		return;
	locate(&budget->spec, &budget->tensors->row[row], w.first, &p);
	name_pattern(&w, location_run_axis(&p), text);
	memmove(text, text + (text[0] ? 2 : 0), strlen(text + (text[0] ? 2 : 0)) + 1);
}
