/* SPDX-License-Identifier: MIT */
/* test_order.c - the order in which a product's blocks are walked, which no result shows: kernels go down where a call
 * says so, and the engine alternates from step to step.
 * Seen by letting a call read its own output one block behind: only a walk upwards finds what it has just written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "contract_isas.h"
#include "engine/engine.h"

#include <string.h>

enum { BLOCKS = 17, WIDEST = 32, FLOATS = (BLOCKS + 1) * WIDEST }; /* past two of the widest tiles */

static _Alignas(64) float memory[FLOATS], ones[BLOCKS * WIDEST * BLOCKS * WIDEST];

/* The largest of count floats behind one block of `width`: 1 where nothing written was read, else more. */
static float largest(size_t width, size_t count)
{
	float most = 0;

	for (size_t i = 0; i < count; i++)
		most = memory[width + i] > most ? memory[width + i] : most;
	return most;
}

static void clear(void)
{
	for (size_t i = 0; i < FLOATS; i++)
		memory[i] = 0;
}

/* c[j] = c[j - gemm_cols] + 1 */
static float gemm_largest(const gm_kernels *kernels, int down)
{
	size_t width = kernels->gemm_cols;
	gm_gemm call = {.rows = 1,
	                .cols = BLOCKS * width,
	                .depth = 1,
	                .segments = 1,
	                .a = ones,
	                .lda = 1,
	                .b = ones,
	                .bias = memory,
	                .c = memory + width,
	                .ldc = 1,
	                .down = down};

	clear();
	kernels->gemm(&call);
	return largest(width, call.cols);
}

/* h[u] = relu(h[u - lanes] + 1): h_in is one 1 and zeros. */
static float step_largest(const gm_kernels *kernels, int down)
{
	size_t width = kernels->lanes;
	static float h_in[BLOCKS * WIDEST] = {1};
	gm_step call = {.rows = 1,
	                .units = BLOCKS * width,
	                .depth = BLOCKS * width,
	                .pre = memory,
	                .weight_hh = ones,
	                .h_in = h_in,
	                .h_out = memory + width,
	                .down = down};

	clear();
	kernels->step[GM_RNN_RELU](&call);
	return largest(width, call.units);
}

static void test_kernels_go_down(void **state)
{
	size_t here = 0;

	(void)state;
	for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
		ones[i] = 1;
	for (size_t t = 0; t < CONTRACT_ISAS; t++) {
		const gm_kernels *kernels = contract_isas[t].kernels;

		if (isa_missing(kernels->lanes, contract_isas[t].needs))
			continue;
		if (gemm_largest(kernels, 0) <= 1 || gemm_largest(kernels, 1) != 1)
			fail_msg("gemm of %s does not walk as it is told", contract_isas[t].name);
		if (step_largest(kernels, 0) <= 1 || step_largest(kernels, 1) != 1)
			fail_msg("step of %s does not walk as it is told", contract_isas[t].name);
		here++;
	}
	assert_true(here > 0);
}

/* ---- the engine ---- */

static char walked[64];
static size_t walks;

static void note(char kind, int down)
{
	if (walks + 2 < sizeof walked) {
		walked[walks++] = kind;
		walked[walks++] = down ? 'v' : '^';
	}
}

static void noting_step(const gm_step *call)
{
	note('s', call->down);
	gm_kernels_scalar_poly.step[GM_LSTM](call);
}

static void noting_gemm(const gm_gemm *call)
{
	if (call->segments > 1) /* dh; projections have one */
		note('g', call->down);
	gm_kernels_scalar_poly.gemm(call);
}

enum { STEPS = 4, BYTES = 1 << 16 };

/* Forward and backward of a tiny LSTM; what forward walked, and in `walked` what backward did. */
static void run_engine(const gm_variant *self, char forward[64])
{
	static _Alignas(64) char mem[BYTES], scratch[BYTES], tape[BYTES];
	static float x[STEPS], w[4], y[STEPS], dx[STEPS];
	const gm_problem problem = {
		.struct_size = sizeof problem, .cell = GM_LSTM, .input_size = 1, .hidden_size = 1, .num_layers = 1};
	const gm_plan_opts opts = {
		.struct_size = sizeof opts, .mode = GM_MODE_TRAIN, .T_max = STEPS, .N_max = 1, .threads = 1};
	const gm_layer_weights layer = {.weight_ih = w, .weight_hh = w};
	const gm_weights weights = {.struct_size = sizeof weights, .count = 1, .layer = &layer};
	gm_forward_args fwd = {.struct_size = sizeof fwd, .T = STEPS, .N = 1, .input = x, .output = y};
	gm_backward_args bwd = {.struct_size = sizeof bwd, .fwd = &fwd, .t_end = STEPS, .grad_input = dx};
	gm_sizes sizes = {.struct_size = sizeof sizes};
	gm_plan *plan;

	fwd.in_t = fwd.in_n = fwd.out_t = fwd.out_n = 1;
	fwd.tape = tape;
	fwd.scratch = scratch;
	assert_int_equal(engine_sizes(self, &problem, &opts, &sizes, NULL), GM_OK);
	assert_true(sizes.plan_bytes <= BYTES && sizes.scratch_bytes <= BYTES && sizes.tape_bytes <= BYTES);
	assert_int_equal(engine_plan_create(self, &problem, &opts, mem, &plan, NULL), GM_OK);
	assert_int_equal(engine_set_weights(plan, &weights, NULL), GM_OK);
	assert_int_equal(engine_run_forward(plan, &fwd, NULL), GM_OK);
	memcpy(forward, walked, sizeof walked);
	walks = 0;
	assert_int_equal(engine_run_backward(plan, &bwd, NULL), GM_OK);
	engine_plan_destroy(plan);
}

static void test_engine_alternates(void **state)
{
	gm_kernels kernels = gm_kernels_scalar_poly;
	const gm_variant noting = {.name = "noting", .own = &kernels};
	char forward[sizeof walked];

	(void)state;
	kernels.step[GM_LSTM] = noting_step;
	kernels.gemm = noting_gemm;
	run_engine(&noting, forward);
	assert_string_equal(forward, "s^svs^sv");
	assert_string_equal(walked, "gvg^gvg^");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_kernels_go_down),
	                                   cmocka_unit_test(test_engine_alternates)};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
