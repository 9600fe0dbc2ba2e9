/* SPDX-License-Identifier: MIT */
/* test_kernels.c - every kernel of every table of this architecture on problems that cover its tails and tiles: each
 * buffer flush with a guard page at its end, at its start, and at unaligned addresses; padding and outputs poisoned in
 * three ways.  Nothing beyond a buffer is touched, no poison reaches a result, and results have the bits of the
 * one-lane table (scalar, which is free: within 1e-5).  Kernels that are wrong on purpose must be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "contract_isas.h"
#include "contract_kernels.h"
#include "kernel_problems.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS = 3 };

/* The one-lane fused table, or the unfused one where that does not run. */
static const contract_isa *oracle(void)
{
	return isa_missing(contract_isas[1].kernels->lanes, contract_isas[1].needs) ? &contract_isas[0] : &contract_isas[1];
}

static guarded_setting setting_of(size_t index, size_t problem)
{
	return (guarded_setting){.side = index ? GUARDED_START : GUARDED_END,
	                         .shift = index == 2 ? 1 + problem % 15 : 0,
	                         .poison = guarded_poison[(index + problem) % GUARDED_POISONS]};
}

/* Bits equal, NaN as a class; between different roundings near, as far as the values are ordinary. */
static int same_value(float got, float want, int exact)
{
	if (exact)
		return memcmp(&got, &want, sizeof got) == 0 || (isnan(got) && isnan(want));
	return fabsf(got - want) <= 1e-5f * (1 + fabsf(want));
}

static size_t different(const contract_isa *table, const kernel_problem *p, const float *got, const float *want)
{
	int exact = table->fma == oracle()->fma;
	size_t count = kernel_results(p), differ = 0;

	if (!exact && (p->flags & KERNEL_SPECIAL))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (!same_value(got[i], want[i], exact) && !differ++)
			print_error("%s: result %zu is %a, not %a\n", table->name, i, (double)got[i], (double)want[i]);
	return differ;
}

/* One problem on every table in every setting; the number of runs. */
static size_t run_problem(const kernel_problem *p, size_t index, kernel_memory *memory)
{
	guarded_setting first = setting_of(0, index);
	float *want = calloc(2 * kernel_results(p), sizeof *want), *got = want + kernel_results(p);
	size_t runs = 0;
	char text[160];

	assert_non_null(want);
	assert_int_equal(kernel_run(oracle()->kernels, p, memory, &first, want), 0);
	for (size_t t = 0; t < CONTRACT_ISAS; t++) {
		if (isa_missing(contract_isas[t].kernels->lanes, contract_isas[t].needs))
			continue;
		for (size_t s = 0; s < SETTINGS; s++, runs++) {
			guarded_setting setting = setting_of(s, index);
			size_t damage = kernel_run(contract_isas[t].kernels, p, memory, &setting, got);

			if (damage || different(&contract_isas[t], p, got, want))
				fail_msg("%s: %s, setting %zu: wrong, or %zu words outside changed", contract_isas[t].name,
				         kernel_describe(p, text), s, damage);
		}
	}
	free(want);
	return runs;
}

static void run_kernel(kernel_id kernel)
{
	kernel_memory memory = {0};
	kernel_problem p;
	size_t problems = 0, runs = 0;

	for (size_t index = 0; kernel_problem_at(index, &p); index++)
		if (p.kernel == kernel) {
			runs += run_problem(&p, index, &memory);
			problems++;
		}
	kernel_memory_close(&memory);
	print_message("%zu problems, %zu runs, oracle %s\n", problems, runs, oracle()->name);
	assert_true(problems > 0 && runs > 0);
}

static void test_tables(void **state)
{
	size_t here = 0;

	(void)state;
	for (size_t t = 0; t < CONTRACT_ISAS; t++) {
		const char *missing = isa_missing(contract_isas[t].kernels->lanes, contract_isas[t].needs);

		if (missing)
			print_message("SKIP %s: %s\n", contract_isas[t].name, missing);
		else
			print_message("%s: %zu lanes\n", contract_isas[t].name, contract_isas[t].kernels->lanes);
		here += !missing;
	}
	assert_true(here > 0);
}

static void test_gemm(void **state)
{
	(void)state;
	run_kernel(KERNEL_GEMM);
}

static void test_outer(void **state)
{
	(void)state;
	run_kernel(KERNEL_OUTER);
}

static void test_step(void **state)
{
	(void)state;
	run_kernel(KERNEL_STEP);
}

static void test_step_back(void **state)
{
	(void)state;
	run_kernel(KERNEL_STEP_BACK);
}

static void test_elements(void **state)
{
	(void)state;
	run_kernel(KERNEL_ADD);
	run_kernel(KERNEL_MULTIPLY);
}

/* ---- the checks bite ---- */

static void touch(const float *p) { (void)*(const volatile float *)p; }

static void gemm_loads_beyond(const gm_gemm *g)
{
	oracle()->kernels->gemm(g);
	touch(g->a + (ptrdiff_t)(g->rows - 1) * g->lda + (ptrdiff_t)g->depth);
}

static void gemm_stores_beyond(const gm_gemm *g)
{
	oracle()->kernels->gemm(g);
	g->c[(ptrdiff_t)(g->rows - 1) * g->ldc + (ptrdiff_t)g->cols] = 0;
}

static void gemm_stores_between_rows(const gm_gemm *g)
{
	oracle()->kernels->gemm(g);
	g->c[g->cols] = 0;
}

static void gemm_stores_to_input(const gm_gemm *g)
{
	oracle()->kernels->gemm(g);
	((float *)(uintptr_t)g->a)[0] += 1;
}

static void gemm_uses_padding(const gm_gemm *g)
{
	oracle()->kernels->gemm(g);
	g->c[0] += 0 * g->b[kernel_round_up(g->cols, oracle()->kernels->gemm_cols) - 1];
}

static void outer_is_inexact(const gm_outer *o)
{
	oracle()->kernels->outer(o);
	o->c[0] = nextafterf(o->c[0], 2.0f);
}

static void outer_resumes_always(const gm_outer *o)
{
	gm_outer call = *o;

	call.resume = 1;
	oracle()->kernels->outer(&call);
}

static void step_stores_beyond(const gm_step *s)
{
	oracle()->kernels->step[GM_LSTM](s);
	s->h_out[(ptrdiff_t)(s->rows - 1) * s->ld_h_out + (ptrdiff_t)kernel_round_up(s->units, oracle()->kernels->lanes)] =
		0;
}

static void step_back_stores_beyond(const gm_step_back *s)
{
	oracle()->kernels->step_back[GM_GRU](s);
	s->dgates[(ptrdiff_t)(s->rows - 1) * s->ld_dgates + 4 * (ptrdiff_t)s->units] = 0;
}

static void add_loads_before(float *out, const float *a, const float *b, size_t count)
{
	oracle()->kernels->add(out, a, b, count);
	touch(a - 1);
}

static void add_forgets_last(float *out, const float *a, const float *b, size_t count)
{
	oracle()->kernels->add(out, a, b, count - 1);
}

enum { DAMAGES = 1, DIFFERS = 2, FAULTS = 100 + SIGSEGV };

typedef struct wrong_kernel {
	const char *name;
	kernel_problem problem;
	gm_kernels with; /* its one member replaces the oracle's */
	guarded_side side;
	int expected;
} wrong_kernel;

static const wrong_kernel wrong_kernels[] = {
	{"gemm loads beyond",
     {KERNEL_GEMM, 0, 3, 7, 5, 1, KERNEL_BIAS, 0},
     {.gemm = gemm_loads_beyond},
     GUARDED_END,
     FAULTS},
	{"gemm stores beyond", {KERNEL_GEMM, 0, 3, 7, 5, 1, 0, 0}, {.gemm = gemm_stores_beyond}, GUARDED_END, FAULTS},
	{"gemm stores beyond", {KERNEL_GEMM, 0, 3, 7, 5, 1, 0, 0}, {.gemm = gemm_stores_beyond}, GUARDED_START, DAMAGES},
	{"gemm stores between rows",
     {KERNEL_GEMM, 0, 3, 7, 5, 1, 0, 1},
     {.gemm = gemm_stores_between_rows},
     GUARDED_END,
     DAMAGES},
	{"gemm stores to a", {KERNEL_GEMM, 0, 3, 7, 5, 1, 0, 0}, {.gemm = gemm_stores_to_input}, GUARDED_END, DAMAGES},
	{"gemm uses padding of b", {KERNEL_GEMM, 0, 3, 7, 1, 1, 0, 0}, {.gemm = gemm_uses_padding}, GUARDED_END, DIFFERS},
	{"outer is inexact", {KERNEL_OUTER, 0, 1, 7, 5, 1, 0, 0}, {.outer = outer_is_inexact}, GUARDED_END, DIFFERS},
	{"outer resumes always",
     {KERNEL_OUTER, 0, 1, 7, 5, 1, 0, 0},
     {.outer = outer_resumes_always},
     GUARDED_END,
     DIFFERS},
	{"step stores beyond",
     {KERNEL_STEP, GM_LSTM, 2, 7, 5, 1, 0, 0},
     {.step = {[GM_LSTM] = step_stores_beyond}},
     GUARDED_END,
     FAULTS},
	{"step_back stores beyond",
     {KERNEL_STEP_BACK, GM_GRU, 2, 7, 5, 1, 0, 0},
     {.step_back = {[GM_GRU] = step_back_stores_beyond}},
     GUARDED_END,
     FAULTS},
	{"add loads before", {KERNEL_ADD, 0, 1, 7, 1, 1, 0, 0}, {.add = add_loads_before}, GUARDED_START, FAULTS},
	{"add forgets the last", {KERNEL_ADD, 0, 1, 7, 1, 1, 0, 0}, {.add = add_forgets_last}, GUARDED_END, DIFFERS},
};

/* The oracle's table, but for the members that `with` has. */
static gm_kernels replaced(const gm_kernels *with)
{
	gm_kernels k = *oracle()->kernels;

	k.gemm = with->gemm ? with->gemm : k.gemm;
	k.outer = with->outer ? with->outer : k.outer;
	k.add = with->add ? with->add : k.add;
	for (int cell = 0; cell < GM_CELLS; cell++) {
		k.step[cell] = with->step[cell] ? with->step[cell] : k.step[cell];
		k.step_back[cell] = with->step_back[cell] ? with->step_back[cell] : k.step_back[cell];
	}
	return k;
}

static int run_wrong(void *context)
{
	const wrong_kernel *w = context;
	kernel_memory memory = {0};
	gm_kernels wrong = replaced(&w->with);
	size_t count = kernel_results(&w->problem);
	float *want = calloc(2 * count, sizeof *want);
	guarded_setting setting = {.side = w->side, .poison = guarded_poison[0]};
	int found = 0;

	if (!want || kernel_run(oracle()->kernels, &w->problem, &memory, &setting, want) != 0)
		return 99;
	found |= kernel_run(&wrong, &w->problem, &memory, &setting, want + count) ? DAMAGES : 0;
	for (size_t i = 0; i < count; i++)
		found |= same_value(want[count + i], want[i], 1) ? 0 : DIFFERS;
	free(want);
	kernel_memory_close(&memory);
	return found;
}

static void test_finds_wrong_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong_kernels / sizeof *wrong_kernels; i++) {
		wrong_kernel w = wrong_kernels[i];
		int found = in_child(run_wrong, &w);

		if (found != w.expected)
			fail_msg("%s: %d in place of %d", w.name, found, w.expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tables),
	                                   cmocka_unit_test(test_gemm),
	                                   cmocka_unit_test(test_outer),
	                                   cmocka_unit_test(test_step),
	                                   cmocka_unit_test(test_step_back),
	                                   cmocka_unit_test(test_elements),
	                                   cmocka_unit_test(test_finds_wrong_kernels)};

	return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
