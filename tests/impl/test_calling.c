/* SPDX-License-Identifier: MIT */
/* test_calling.c - what a caller may rely on: callee-saved registers, the caller's frame, control words, direction flag
 * and, by our own rule, no upper halves left in use.  Seen by an assembly trampoline around forward and backward of
 * every runnable variant, in three floating-point modes of the caller, and around every kernel, so that no compiled
 * caller in between repairs what a kernel breaks.  Functions that break each of these must be found. */
#include "run_variant.h"

#include "base/calling.h"
#include "calling_bad.h"
#include "contract_isas.h"
#include "isa/host/host.h"
#include "kernel_problems.h"

#include <execinfo.h>
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bit i: slot i changed. */
static uint64_t changed(const calling_report *report)
{
	static uint64_t observable;

	if (!observable)
		observable = calling_observable();
	return calling_changed(report, observable);
}

/* As calling_probe; what the call did to the floating-point mode is put right. */
static void seen(calling_report *report, void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
	fenv_t before;

	memset(report, 0, sizeof *report);
	fegetenv(&before);
	calling_probe(report, function, a, b, c, d);
	fesetenv(&before);
}

static uint64_t probe(calling_report *report, void (*function)(void), const void *a, const void *b)
{
	seen(report, function, (uintptr_t)a, (uintptr_t)b, 0, 0);
	return changed(report);
}

/* Prints what changed; the number of slots that must not. */
static size_t complain(const char *who, const char *what, uint64_t slots)
{
	size_t bad = 0;

	for (size_t i = 0; calling_slots[i].name; i++)
		if (slots >> i & 1) {
			int note = calling_slots[i].rule == CALLING_NOTE;

			(note ? print_message : print_error)("%s%s %s: changes %s\n", note ? "note: " : "", who, what,
			                                     calling_slots[i].name);
			bad += !note;
		}
	return bad;
}

static void show_slots(void **state)
{
	uint64_t observable = calling_observable();

	(void)state;
	for (size_t i = 0; calling_slots[i].name; i++)
		if (!(observable >> i & 1)) {
			assert_int_not_equal(calling_slots[i].rule, CALLING_ABI);
			print_message("SKIP %s: this CPU does not show it\n", calling_slots[i].name);
		}
}

/* ---- the public interface ---- */

typedef enum caller_mode { MODE_DEFAULT, MODE_UPWARD, MODE_FLUSH, MODES } caller_mode;

/* One call with the caller in `mode`; notes are gathered in *slots. */
static gm_status probe_in_mode(caller_mode mode, void (*function)(void), const void *plan, const void *args,
                               uint64_t *slots)
{
	uint64_t before = host_fp_enter(mode == MODE_FLUSH ? GM_DENORMALS_FLUSH : GM_DENORMALS_KEEP);
	calling_report report;

	feclearexcept(FE_ALL_EXCEPT);
	if (mode == MODE_UPWARD)
		fesetround(FE_UPWARD);
	*slots |= probe(&report, function, plan, args);
	host_fp_leave(before);
	return (gm_status)(uint32_t)report.result;
}

static void probe_variant(const gm_variant *variant, const char *problem, uint64_t *slots)
{
	variant_run usual, run;

	run_random(&usual, variant, problem, 21, GM_MODE_TRAIN);
	run_forward(&usual);
	run_backward(&usual);
	for (int mode = 0; mode < MODES; mode++) {
		run_open(&run, variant, &usual.spec, usual.data, GM_MODE_TRAIN);
		assert_int_equal(
			probe_in_mode((caller_mode)mode, (void (*)(void))variant->forward, run.plan, &run.binding->fwd, slots),
			GM_OK);
		assert_int_equal(
			probe_in_mode((caller_mode)mode, (void (*)(void))variant->backward, run.plan, &run.binding->bwd, slots),
			GM_OK);
		if (!same_results(&usual, &run, 1))
			fail_msg("%s %s: the caller's mode %d reaches a result", variant->name, problem, mode);
		run_close(&run);
	}
	run_close(&usual);
}

static void test_variants(void **state)
{
	static const char *const problems[] = {"lstm_L2_D2_T4_N3_I5_H19_P7_len", "gru_D2_T4_N3_I5_H33_len"};
	const gm_variant *list[64];
	size_t count = runnable_variants(list, 64), bad = 0;
	char problem[64];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		uint64_t slots = 0;

		for (size_t cell = 0; cell < GM_CELLS; cell++) {
			snprintf(problem, sizeof problem, "%s_T3_N2_I5_H19", gm_cell_name((gm_cell)cell));
			probe_variant(list[i], problem, &slots);
		}
		for (size_t p = 0; p < sizeof problems / sizeof *problems; p++)
			probe_variant(list[i], problems[p], &slots);
		bad += complain(list[i]->name, "forward or backward", slots);
	}
	print_message("%zu variants, %zu problems, %d modes\n", count, GM_CELLS + sizeof problems / sizeof *problems,
	              MODES);
	assert_int_equal(bad, 0);
}

/* ---- every kernel: a table that passes each call through the trampoline ---- */

static struct {
	const gm_kernels *kernels;
	uint64_t slots;
	size_t calls;
} under;

static void pass(void (*function)(void), uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
	calling_report report;

	feclearexcept(FE_ALL_EXCEPT);
	seen(&report, function, a, b, c, d);
	under.slots |= changed(&report);
	under.calls++;
}

#define PASS(type, member) \
	static void pass_##type(const type *call) { pass((void (*)(void))under.kernels->member, (uintptr_t)call, 0, 0, 0); }
#define PASS_CELL(cell, index)                                                           \
	static void pass_step_##cell(const gm_step *call)                                    \
	{                                                                                    \
		pass((void (*)(void))under.kernels->step[index], (uintptr_t)call, 0, 0, 0);      \
	}                                                                                    \
	static void pass_back_##cell(const gm_step_back *call)                               \
	{                                                                                    \
		pass((void (*)(void))under.kernels->step_back[index], (uintptr_t)call, 0, 0, 0); \
	}
#define PASS_ELEMENTS(member)                                                                           \
	static void pass_##member(float *out, const float *a, const float *b, size_t count)                 \
	{                                                                                                   \
		pass((void (*)(void))under.kernels->member, (uintptr_t)out, (uintptr_t)a, (uintptr_t)b, count); \
	}
PASS(gm_gemm, gemm)
PASS(gm_outer, outer)
#define CELL(id, name, ...) PASS_CELL(name, GM_##id)
#include "base/cells.def"
#undef CELL
PASS_ELEMENTS(add)
PASS_ELEMENTS(multiply)

static gm_kernels passing(const gm_kernels *kernels)
{
	gm_kernels table = {.lanes = kernels->lanes,
	                    .gemm_cols = kernels->gemm_cols,
	                    .outer_rows = kernels->outer_rows,
	                    .gemm = pass_gm_gemm,
	                    .outer = pass_gm_outer,
#define CELL(id, name, ...) .step[GM_##id] = pass_step_##name, .step_back[GM_##id] = pass_back_##name,
#include "base/cells.def"
#undef CELL
	                    .add = pass_add,
	                    .multiply = pass_multiply};

	under.kernels = kernels;
	under.slots = under.calls = 0;
	return table;
}

static size_t probe_kernels(const char *name, const gm_kernels *kernels)
{
	const guarded_setting setting = {.side = GUARDED_END, .poison = guarded_poison[0]};
	gm_kernels table = passing(kernels);
	kernel_memory memory = {0};
	kernel_problem p;

	calling_observable();
	for (size_t i = 0; kernel_problem_at(i, &p);
	     i += 3) { /* three shares no factor with the families' spans of tiles */
		float *result = calloc(kernel_results(&p), sizeof *result);

		assert_non_null(result);
		assert_int_equal(kernel_run(&table, &p, &memory, &setting, result), 0);
		free(result);
	}
	kernel_memory_close(&memory);
	print_message("%s: %zu calls of kernels\n", name, under.calls);
	return complain(name, "kernels", under.slots);
}

static void test_kernels(void **state)
{
	size_t bad = 0, ran = 0;

	(void)state;
	for (size_t t = 0; t < CONTRACT_ISAS; t++) {
		const char *missing = isa_missing(contract_isas[t].kernels->lanes, contract_isas[t].needs);

		if (missing) {
			print_message("SKIP %s: %s\n", contract_isas[t].name, missing);
			continue;
		}
		bad += probe_kernels(contract_isas[t].name, contract_isas[t].kernels);
		ran++;
	}
	assert_true(ran > 0);
	assert_int_equal(bad, 0);
}

/* ---- the checks bite ---- */

/* Well-behaved: arguments and result arrive, much of everything is used. */
static uint32_t good(const uint32_t *a, const uint32_t *b, uintptr_t c, uintptr_t d)
{
	volatile double sum[8];

	for (int i = 0; i < 8; i++)
		sum[i] = (double)*a / (double)(i + 1) * (double)*b;
	return (uint32_t)sum[0] + (uint32_t)(c + d) + (uint32_t)(sum[7] > 0);
}

static void test_passes_good_function(void **state)
{
	const uint32_t six = 6, seven = 7;
	calling_report report;

	(void)state;
	calling_observable();
	seen(&report, (void (*)(void))good, (uintptr_t)&six, (uintptr_t)&seven, 100, 1000);
	assert_int_equal((uint32_t)report.result, 42 + 1100 + 1);
	assert_int_equal(complain("a good function", "called", changed(&report)), 0);
}

/* How many callers it has, as unwinders see it. */
static uint32_t callers(void)
{
	void *list[64];

	return (uint32_t)backtrace(list, 64);
}

/* A debugger must get past the trampoline. */
static void test_can_be_unwound(void **state)
{
	calling_report report;

	(void)state;
	seen(&report, (void (*)(void))callers, 0, 0, 0, 0);
	assert_true((uint32_t)report.result > callers());
}

static void test_finds_bad_functions(void **state)
{
	uint64_t observable = calling_observable(), found = 0;
	calling_report report;

	(void)state;
	for (size_t i = 0; calling_bad_functions[i].name; i++) {
		const calling_bad *bad = &calling_bad_functions[i];
		uint64_t slots, expected = (uint64_t)1 << bad->slot;

		if (!(observable & expected))
			continue;
		slots = probe(&report, bad->function, NULL, NULL);
		if (slots != expected)
			fail_msg("a function that %s: slots %llx in place of %llx", bad->name, (unsigned long long)slots,
			         (unsigned long long)expected);
		found |= slots;
		assert_int_equal(probe(&report, (void (*)(void))calling_observable, NULL, NULL), 0); /* nothing left behind */
	}
	assert_int_equal(found, observable);
}

/* The same through the table of kernels: a kernel that clobbers a register is found behind it. */
static void test_finds_bad_kernel(void **state)
{
	const guarded_setting setting = {.side = GUARDED_END};
	const kernel_problem p = {.kernel = KERNEL_ADD, .rows = 1, .cols = 3, .depth = 1, .segments = 1};
	gm_kernels bad = {
		.lanes = 1,
		.gemm_cols = 1,
		.outer_rows = 1,
		.add = (void (*)(float *, const float *, const float *, size_t))calling_bad_functions[0].function};
	gm_kernels table = passing(&bad);
	kernel_memory memory = {0};
	float result[3];

	(void)state;
	calling_observable();
	kernel_run(&table, &p, &memory, &setting, result);
	kernel_memory_close(&memory);
	assert_int_equal(under.slots, (uint64_t)1 << calling_bad_functions[0].slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(show_slots),           cmocka_unit_test(test_variants),
		cmocka_unit_test(test_kernels),         cmocka_unit_test(test_passes_good_function),
		cmocka_unit_test(test_can_be_unwound),  cmocka_unit_test(test_finds_bad_functions),
		cmocka_unit_test(test_finds_bad_kernel)};

	return cmocka_run_group_tests_name("calling", tests, NULL, NULL);
}
