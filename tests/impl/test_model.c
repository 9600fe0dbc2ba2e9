/* SPDX-License-Identifier: MIT */
/* test_model.c - the model object of gatemark.h: the same bits as its variant called in full, state that goes on, and a
 * sentence with the numbers for what cannot be meant. */
#include "run_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"

static const char *const problems[] = {
	"lstm_T7_N3_I5_H19",   "gru_L2_D2_T6_N2_I5_H19", "rnn_relu_T5_N1_I3_H8_nobias", "lstm_L2_T5_N2_I4_H9_P5",
	"gru_T6_N3_I5_H17_bf", "lstm_D2_T5_N3_I4_H9_bf", "rnn_sigmoid_T5_N2_I3_H8",     "lstm_L2_T5_N3_I4_H9_P5_len_drop",
};

static void each_run(void check(const char *problem, const gm_variant *variant))
{
	const gm_variant *list[64];
	size_t count = runnable_variants(list, 64);

	assert_true(count > 0);
	for (size_t v = 0; v < count; v++)
		for (size_t p = 0; p < sizeof problems / sizeof *problems; p++)
			check(problems[p], list[v]);
}

/* One problem run by a plan, and tensors and a model to run it again; states: 0 = all zeros. */
typedef struct pair {
	variant_run by_plan, by_model;
	gm_model *model;
} pair;

static void pair_open(pair *p, const char *problem, const gm_variant *variant, int states)
{
	gm_model_opts opts = {.struct_size = sizeof opts, .mode = GM_MODE_TRAIN, .variant = variant->name};

	run_random(&p->by_plan, variant, problem, 3, GM_MODE_TRAIN);
	if (!states) {
		p->by_plan.binding->fwd.h_0 = p->by_plan.binding->fwd.c_0 = NULL;
		p->by_plan.binding->bwd.grad_h_n = p->by_plan.binding->bwd.grad_c_n = NULL;
	}
	run_forward(&p->by_plan);
	run_backward(&p->by_plan);
	run_open(&p->by_model, variant, &p->by_plan.spec, p->by_plan.data, GM_MODE_TRAIN);
	p->model = model_of(&p->by_plan, &opts);
}

static void pair_close(pair *p)
{
	gm_model_destroy(p->model);
	run_close(&p->by_model);
	run_close(&p->by_plan);
}

/* run and run_backward with nothing of the caller's but tensors: as the variant itself, to the bit. */
static void full_as_the_variant(const char *problem, const gm_variant *variant)
{
	gm_error error = {0};
	pair p;

	pair_open(&p, problem, variant, 1);
	gm_forward_args fwd = p.by_model.binding->fwd;
	gm_backward_args bwd = p.by_model.binding->bwd;
	fwd.scratch = fwd.tape = NULL;
	fwd.in_t = fwd.in_n = fwd.out_t = fwd.out_n = fwd.mask_t = fwd.mask_n = 0; // dense
	bwd.fwd = NULL;
	bwd.t_begin = bwd.t_end = 0;
	expect_ok(gm_model_run(p.model, &fwd, &error), &error);
	expect_ok(gm_model_run_backward(p.model, &bwd, &error), &error);
	if (!same_results(&p.by_plan, &p.by_model, 1))
		fail_msg("%s: %s", variant->name, problem);
	assert_string_equal(gm_model_variant(p.model), variant->name);
	pair_close(&p);
}

static void test_full(void **state)
{
	(void)state;
	each_run(full_as_the_variant);
}

/* forward and backward in short, where the problem lets them: as run with zero states. */
static void short_as_full(const char *problem, const gm_variant *variant)
{
	gm_error error = {0};
	pair p;

	pair_open(&p, problem, variant, 0);
	const gm_forward_args *f = &p.by_model.binding->fwd;
	const gm_backward_args *b = &p.by_model.binding->bwd;
	gm_status status = gm_model_forward(p.model, f->T, f->N, f->input, f->output, &error);
	if (p.by_plan.spec.problem.lengths) {
		assert_int_equal(status, GM_BAD_ARGUMENT);
		assert_non_null(strstr(error.message, "gm_model_run"));
		pair_close(&p);
		return;
	}
	expect_ok(status, &error);
	status = gm_model_backward(p.model, b->grad_output, b->grad_input, b->grad_weights->layer, b->grad_weights->count,
	                           &error);
	expect_ok(status, &error);
	for (size_t i = 0; i < p.by_plan.tensors->count; i++) {
		const gm_tensor *row = &p.by_plan.tensors->row[i];
		int of_state = row->kind == GM_GRAD_H_0 || row->kind == GM_GRAD_C_0;

		if (row->kind == GM_OUTPUT || (row->role == GM_ROLE_GRAD && !of_state))
			assert_true(same_bits(row->name, p.by_plan.data[i], p.by_model.data[i], row->count));
	}
	pair_close(&p);
}

static void test_short(void **state)
{
	(void)state;
	each_run(short_as_full);
}

static size_t state_count(const gm_problem *p, size_t N) { return p->num_layers * N * gm_state_size(p); }

/* T steps of one, and steps of 2 and the rest, as one forward; the state at the end is h_n and c_n. */
static void steps_go_on(const char *problem, const gm_variant *variant)
{
	variant_run run;
	gm_model_opts opts;
	gm_model *model;
	gm_error error = {0};
	float *h, *c;

	run_random(&run, variant, problem, 7, GM_MODE_INFER);
	opts = opts_of(&run, GM_MODE_INFER);
	model = model_of(&run, &opts);
	const gm_forward_args *f = &run.binding->fwd;
	const gm_problem *p = gm_model_problem(model);
	if (p->bidirectional) {
		assert_int_equal(gm_model_step(model, 1, f->N, f->input, f->output, &error), GM_BAD_ARGUMENT);
		assert_int_equal(gm_model_state(model, f->N, &h, &c, &error), GM_BAD_ARGUMENT);
	} else if (!p->lengths && !p->batch_first) {
		size_t in = f->N * p->input_size, out = f->N * gm_state_size(p), count = f->T * out;
		float *steps = malloc(count * sizeof *steps);

		for (size_t first = 1; first <= 2; first++) { // in steps of one; two, then the rest
			gm_model_reset(model);
			memset(steps, 0xff, count * sizeof *steps);
			for (size_t t = 0, n; t < f->T; t += n) {
				n = first == 1 ? 1 : t ? f->T - t : 2;
				expect_ok(gm_model_step(model, n, f->N, f->input + t * in, steps + t * out, &error), &error);
			}
			expect_ok(gm_model_state(model, f->N, &h, &c, &error), &error);
			run.binding->fwd.h_0 = run.binding->fwd.c_0 = NULL;
			run_forward(&run);
			assert_true(same_bits("output", f->output, steps, count));
			assert_true(same_bits("h_n", f->h_n, h, state_count(p, f->N)));
			assert_int_equal(c == NULL, !(cell_of(p)->traits & CELL_HAS_C));
		}
		free(steps);
	}
	gm_model_destroy(model);
	run_close(&run);
}

static void test_steps(void **state)
{
	(void)state;
	each_run(steps_go_on);
}

/* A state that the caller writes is where step begins; forward does not; reset forgets; N is the state's. */
static void test_state(void **state)
{
	static const float x[3] = {0.5f, -1, 2};
	const gm_variant *list[64];
	variant_run run;
	gm_error error = {0};
	float *h, *c, y[9], zeros[9], again[9];

	(void)state;
	assert_true(runnable_variants(list, 64) > 0);
	run_random(&run, list[0], "lstm_T4_N2_I3_H9", 1, GM_MODE_INFER);
	gm_model_opts opts = opts_of(&run, GM_MODE_INFER);
	gm_model *model = model_of(&run, &opts);
	expect_ok(gm_model_step(model, 1, 1, x, zeros, &error), &error);
	gm_model_reset(model);
	expect_ok(gm_model_state(model, 1, &h, &c, &error), &error);
	for (size_t i = 0; i < 9; i++)
		assert_true(h[i] == 0 && c[i] == 0);
	c[4] = 0.75f;
	expect_ok(gm_model_step(model, 1, 1, x, y, &error), &error);
	assert_true(y[4] != zeros[4]);
	assert_int_equal(gm_model_step(model, 1, 2, x, y, &error), GM_BAD_SHAPE);
	assert_non_null(strstr(error.message, "N is 2, but the state is of N 1"));
	assert_int_equal(gm_model_state(model, 3, &h, &c, &error), GM_BAD_SHAPE);
	expect_ok(gm_model_forward(model, 1, 1, x, again, &error), &error);
	assert_true(same_bits("forward starts from zeros", zeros, again, 9));
	gm_model_destroy(model);
	run_close(&run);
}

/* In infer mode dropout does nothing; a pass that goes back makes the model train; the best variant runs here. */
static void test_create(void **state)
{
	float w[4 * 4 * 4] = {0}, x[2 * 4] = {1}, y[2 * 4], g[4 * 4 * 4];
	gm_layer_weights layer[2] = {{w, w, w, w, NULL}, {w, w, w, w, NULL}};
	gm_layer_grads grads[2] = {{.grad_weight_ih = g}, {0}};
	gm_error error = {0};
	gm_model *model = NULL;

	(void)state;
	expect_ok(gm_model_create("lstm_L2_T2_N1_I4_H4_drop", NULL, &model, &error), &error);
	assert_int_equal(gm_model_forward(model, 2, 1, x, y, &error), GM_BAD_ARGUMENT); // no weights
	expect_ok(gm_model_load(model, layer, 2, &error), &error);
	expect_ok(gm_model_forward(model, 2, 1, x, y, &error), &error);
	assert_true(gm_model_problem(model)->dropout > 0);
	assert_int_equal(gm_model_backward(model, y, NULL, grads, 2, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "GM_MODE_TRAIN"));
	assert_int_equal(gm_variant_runnable(gm_variant_find(gm_model_variant(model)), &error), GM_OK);
	gm_model_destroy(model);
	expect_ok(gm_model_create("lstm_L2_T2_N1_I4_H4/train", NULL, &model, &error), &error);
	expect_ok(gm_model_load(model, layer, 2, &error), &error);
	assert_int_equal(gm_model_backward(model, y, NULL, grads, 2, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "no call forward with these weights yet"));
	expect_ok(gm_model_forward(model, 2, 1, x, y, &error), &error);
	expect_ok(gm_model_backward(model, y, NULL, grads, 2, &error), &error);
	gm_model_destroy(model);
}

static const struct refusal {
	const char *text;
	gm_model_opts opts;
	gm_status status;
	const char *words;
} refusals[] = {
	{"lstm_T4_N1_I4", {0}, GM_BAD_ARGUMENT, ""},
	{NULL, {0}, GM_BAD_ARGUMENT, "NULL"},
	{"lstm_T4_N1_I4_H4", {.variant = "avx3-fused"}, GM_BAD_ARGUMENT, "avx3-fused"},
	{"lstm_T4_N1_I4_H4", {.mode = GM_MODE_RECOMPUTE}, GM_UNSUPPORTED, "mode 2"},
	{"lstm_T4_N1_I4_H4", {.mode = 9}, GM_BAD_ARGUMENT, "mode is 9"},
	{"lstm_T4_N1_I4_H4", {.threads = 5000}, GM_UNSUPPORTED, "5000"},
	{"lstm_T4_N1_I4_H4", {.denormals = 2}, GM_BAD_ARGUMENT, "denormals is 2"},
	{"lstm_T4_N1_I4_H4", {.T_max = SIZE_MAX / 2}, GM_BAD_SHAPE, ""},
	{"lstm_T4_N1_I4_H4", {.N_max = SIZE_MAX / 32}, GM_BAD_SHAPE, ""},
	{"rnn_tanh_T4_N1_I4_H4", {.T_max = SIZE_MAX}, GM_BAD_SHAPE, "T_max 18446744073709551615"},
	{"gru_T4_N1_I4_H8", {.N_max = SIZE_MAX / 4 + 1}, GM_BAD_SHAPE, "N_max 4611686018427387904"},
	{"rnn_tanh_T4_N1_I4_H64", {.N_max = SIZE_MAX / 16 + 1}, GM_BAD_SHAPE, "N_max 1152921504606846976"},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *r = &refusals[i];
		gm_model_opts opts = r->opts;
		gm_model *model = NULL;
		gm_error error = {0};

		opts.struct_size = sizeof opts;
		gm_status status = gm_model_create(r->text, &opts, &model, &error);
		if (status != r->status || !strstr(error.message, r->words) || model || strlen(error.message) < 10)
			fail_msg("row %zu: %s: %s", i, gm_status_name(status), error.message);
	}
}

/* Nobody is called with what is missing. */
static void test_nothing_given(void **state)
{
	gm_error error;
	gm_model *model = NULL;
	float y[4];

	(void)state;
	assert_int_equal(gm_model_create("lstm_T1_N1_I4_H4", NULL, NULL, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_create_from(NULL, NULL, &model, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_load(NULL, NULL, 1, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_forward(NULL, 1, 1, y, y, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_run(NULL, NULL, NULL), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_run_backward(NULL, NULL, NULL), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_state(NULL, 1, NULL, NULL, &error), GM_BAD_ARGUMENT);
	assert_true(!gm_model_variant(NULL) && !gm_model_problem(NULL) && gm_model_tape_bytes(NULL) == 0);
	gm_model_reset(NULL);
	gm_model_destroy(NULL);
	expect_ok(gm_model_create("lstm_T1_N1_I4_H4", NULL, &model, &error), &error);
	assert_int_equal(gm_model_load(model, NULL, 1, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_forward(model, 1, 1, NULL, y, &error), GM_BAD_ARGUMENT);
	assert_int_equal(gm_model_run(model, NULL, &error), GM_BAD_ARGUMENT);
	gm_model_destroy(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),          cmocka_unit_test(test_short),  cmocka_unit_test(test_steps),
		cmocka_unit_test(test_state),         cmocka_unit_test(test_create), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nothing_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
