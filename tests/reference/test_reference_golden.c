/* SPDX-License-Identifier: MIT */
/* test_reference_golden.c - the double reference against every committed fixture: outputs, gradients and the traces of
 * each layer and direction agree to 1e-12 of the tensor's largest magnitude, NaN and infinities exactly. */
#include "reader/fixture.h"
#include "model/ref.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Largest |got - want| over the largest finite |want|; INFINITY where NaN or infinities differ. */
static double worst_of(const double *got, const double *want, size_t count)
{
	double off = 0, size = 0;

	for (size_t j = 0; j < count; j++) {
		if (isfinite(want[j]) && fabs(want[j]) > size)
			size = fabs(want[j]);
		if (isfinite(want[j]) ? !isfinite(got[j]) : !(got[j] == want[j] || (isnan(got[j]) && isnan(want[j]))))
			return INFINITY;
		if (isfinite(want[j]) && fabs(got[j] - want[j]) > off)
			off = fabs(got[j] - want[j]);
	}
	return off == 0 ? 0 : off / size;
}

typedef struct golden { /* a fixture's case in double precision */
	double **value;
	ref_trace trace[16];
	double *traced[16][7];
	double worst;
} golden;

static const char *const trace_names[7] = {"gates", "a_nh", "h", "c", "dgates", "dh", "dc"};

static const double *trace_of(const gm_case *c, size_t index, size_t member, size_t *count)
{
	size_t D = gm_directions(&c->spec.problem);
	char name[56];

	snprintf(name, sizeof name, "l%zu%s/%s", index / D, index % D ? "_reverse" : "", trace_names[member]);
	*count = 0;
	for (const pack_entry *e = c->entry; e < c->entry + c->entries; e++)
		if (e->section == PACK_TRACE && strcmp(e->name, name) == 0) {
			*count = e->bytes / sizeof(double);
			return (const double *)(c->block + e->offset);
		}
	return NULL;
}

static void golden_create(golden *g, const gm_case *c)
{
	size_t layers = c->spec.problem.num_layers * gm_directions(&c->spec.problem), count;

	assert_true(layers <= 16);
	memset(g, 0, sizeof *g);
	g->value = calloc(c->tensors->count, sizeof *g->value);
	for (size_t i = 0; i < c->tensors->count; i++) {
		const gm_tensor *row = &c->tensors->row[i];

		if (row->kind == GM_LENGTHS || !(c->data[i] || c->golden64[i]))
			continue;
		g->value[i] = calloc(row->count, sizeof **g->value);
		for (size_t j = 0; j < row->count; j++)
			g->value[i][j] = c->data[i] ? (double)((const float *)c->data[i])[j] : 77;
	}
	for (size_t i = 0; i < layers; i++) {
		double **field[7] = {&g->trace[i].gates,  &g->trace[i].a_nh, &g->trace[i].h, &g->trace[i].c,
		                     &g->trace[i].dgates, &g->trace[i].dh,   &g->trace[i].dc};

		for (size_t m = 0; m < 7; m++)
			if (trace_of(c, i, m, &count))
				*field[m] = g->traced[i][m] = calloc(count, sizeof(double));
	}
}

static void golden_compare(golden *g, const gm_case *c, const char *name, const double *got, const double *want,
                           size_t count)
{
	double worst = worst_of(got, want, count);

	if (!(worst <= 1e-12))
		fail_msg("%s %s: off by %.3g of the tensor's largest magnitude", c->id, name, worst);
	g->worst = worst > g->worst ? worst : g->worst;
}

static double golden_check(const gm_case *c)
{
	size_t lengths = gm_tensors_index(c->tensors, GM_LENGTHS, 0, 0), count;
	ref_problem problem = {.spec = &c->spec, .tensors = c->tensors};
	gm_error error;
	golden g;

	golden_create(&g, c);
	problem.lengths = lengths == GM_NO_TENSOR ? NULL : c->data[lengths];
	problem.value = g.value;
	if (ref_run(&problem, NULL, NULL, g.trace, &error) != GM_OK)
		fail_msg("%s: %s", c->id, error.message);
	for (size_t i = 0; i < c->tensors->count; i++) {
		const gm_tensor *row = &c->tensors->row[i];

		if (c->golden64[i])
			golden_compare(&g, c, row->name, g.value[i], c->golden64[i], row->count);
		free(g.value[i]);
	}
	for (size_t i = 0; i < 16; i++)
		for (size_t m = 0; m < 7; m++) {
			const double *want = g.traced[i][m] ? trace_of(c, i, m, &count) : NULL;

			if (want)
				golden_compare(&g, c, trace_names[m], g.traced[i][m], want, count);
			free(g.traced[i][m]);
		}
	free(g.value);
	return g.worst;
}

static void test_fixtures(void **state)
{
	const fixture_options options = {.allow_unlisted = 0};
	fixture_set *set;
	gm_error error;
	double worst = 0;

	(void)state;
	assert_non_null(getenv("GM_FIXTURES"));
	if (fixture_load(getenv("GM_FIXTURES"), &options, &set, &error) != GM_OK)
		fail_msg("%s", error.message);
	assert_true(set->count > 0);
	for (size_t i = 0; i < set->count; i++)
		worst = fmax(worst, golden_check(set->cases[i]));
	print_message("%zu cases met to %.2g of each tensor's largest magnitude\n", set->count, worst);
	fixture_set_destroy(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_fixtures)};

	return cmocka_run_group_tests_name("reference_golden", tests, NULL, NULL);
}
