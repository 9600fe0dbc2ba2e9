/* SPDX-License-Identifier: MIT */
/* test_worker.c - the good days of a worker: list, plan, run, time, in a child and in place.  What comes out is what
 * the plug-in computed on what went in; the skeleton plug-in is compared with the double reference. */
#include "worker_problem.h"

#include "model/ref.h"

#include <math.h>
#include <unistd.h>

static const char *const skeleton = "libskeleton";

static void start(planned *p, const char *plugin, const char *problem, const worker_launch *base)
{
	worker_launch launch = *base;
	static char path[1024]; /* lives as long as the worker */

	memset(p, 0, sizeof *p);
	plugin_path(plugin, path);
	launch.plugin = path;
	set_problem(p, problem);
	assert_ok(worker_start(&launch, &p->w, ERROR));
}

static void start_and_plan(planned *p, const char *plugin, const char *variant, const char *problem,
                           const worker_launch *base)
{
	start(p, plugin, problem, base);
	gm_plan_opts opts = options(&p->spec, GM_MODE_TRAIN);
	assert_ok(worker_plan(p->w, variant, &p->spec, p->tensors, NULL, &opts, ERROR));
	fill_inputs(p);
}

static void lists_variants(void **state)
{
	const worker_launch here = {0};
	worker_variant list[4];
	size_t count = 0;
	planned p;

	(void)state;
	start(&p, "plugin_good", "gru_T2_N1_I2_H2", &here);
	assert_ok(worker_list(p.w, list, 4, &count, ERROR));
	assert_int_equal(count, 2);
	assert_string_equal(list[0].name, "base");
	assert_string_equal(list[1].name, "forward_only");
	assert_string_equal(list[0].strategy, "constant");
	assert_int_equal(list[0].has_backward, 1);
	assert_int_equal(list[1].has_backward, 0);
	assert_ok(worker_list(p.w, NULL, 0, &count, ERROR));
	assert_int_equal(count, 2);
	tear_down(&p);
	assert_no_child();
}

/* Float inputs to double, then the reference, then a bound far above float rounding and far below any mistake. */
static void assert_like_reference(planned *p)
{
	size_t count = p->tensors->count;
	double **value = calloc(count, sizeof *value);

	assert_non_null(value);
	for (size_t i = 0; i < count; i++) {
		const float *data = worker_data(p->w, i);

		assert_non_null(data);
		value[i] = calloc(p->tensors->row[i].count, sizeof **value);
		assert_non_null(value[i]);
		for (size_t k = 0; k < p->tensors->row[i].count; k++)
			value[i][k] = data[k];
	}
	double **want = calloc(count, sizeof *want);
	assert_non_null(want);
	for (size_t i = 0; i < count; i++) {
		want[i] = malloc(p->tensors->row[i].count * sizeof **want);
		assert_non_null(want[i]);
		memcpy(want[i], value[i], p->tensors->row[i].count * sizeof **want);
	}
	const ref_problem problem = {.spec = &p->spec, .tensors = p->tensors, .value = want};
	assert_ok(ref_run(&problem, NULL, NULL, NULL, ERROR));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < p->tensors->row[i].count; k++)
			if (!(fabs(value[i][k] - want[i][k]) <= 1e-5 * (1 + fabs(want[i][k]))))
				fail_msg("%s[%zu]: got %g, want %g", p->tensors->row[i].name, k, value[i][k], want[i][k]);
	for (size_t i = 0; i < count; i++) {
		free(value[i]);
		free(want[i]);
	}
	free(value);
	free(want);
}

static void skeleton_equals_reference(void **state)
{
	static const char *const problem[] = {"rnn_tanh_T5_N3_I4_H6",        "rnn_tanh_T1_N1_I1_H1",
	                                      "rnn_tanh_T7_N2_I3_H5_nobias", "rnn_tanh_T4_N3_I5_H2_bf",
	                                      "rnn_tanh_T6_N1_I3_H3_unb",    "rnn_tanh_T9_N17_I33_H31"};
	const worker_launch launch[] = {
		{0}, {.align = 64}, {.in_place = 1}, {.executor = (const char *const[]){"env", NULL}}};

	(void)state;
	for (size_t i = 0; i < sizeof problem / sizeof *problem; i++)
		for (size_t k = 0; k < sizeof launch / sizeof *launch; k++) {
			planned p;

			start_and_plan(&p, skeleton, "skeleton", problem[i], &launch[k]);
			assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
			assert_like_reference(&p);
			tear_down(&p);
		}
	assert_no_child();
}

/* The last byte of every tensor lies before a page that the child cannot touch. */
static void tensors_end_at_a_page(void **state)
{
	const worker_launch here = {0}, aligned = {.align = 64};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	planned p;

	(void)state;
	start_and_plan(&p, "plugin_good", "base", "lstm_L2_D2_T3_N2_I5_H7_P3_len", &here);
	for (size_t i = 0; i < p.tensors->count; i++) {
		const gm_tensor *row = &p.tensors->row[i];
		uintptr_t end = (uintptr_t)worker_data(p.w, i) + row->count * gm_dtype_bytes(row->dtype);

		assert_int_equal(end % page, 0);
	}
	tear_down(&p);
	start_and_plan(&p, "plugin_good", "base", "lstm_T3_N2_I5_H7", &aligned);
	for (size_t i = 0; i < p.tensors->count; i++)
		assert_int_equal((uintptr_t)worker_data(p.w, i) % 64, 0);
	tear_down(&p);
}

static const float *data_of(planned *p, gm_kind kind)
{
	return worker_data(p->w, gm_tensors_index(p->tensors, kind, 0, 0));
}

/* Gradients that a forward run does not write hold the poison, which the caller may choose. */
static void poison_shows_what_is_not_written(void **state)
{
	const worker_launch here = {0};
	uint32_t word;
	planned p;

	(void)state;
	start_and_plan(&p, "plugin_good", "base", "gru_T3_N2_I5_H7", &here);
	assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
	assert_true(data_of(&p, GM_OUTPUT)[41] == 1 && data_of(&p, GM_GRAD_INPUT)[0] == 2);
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	assert_true(data_of(&p, GM_OUTPUT)[0] == 1 && isnan(data_of(&p, GM_GRAD_INPUT)[29]));
	worker_poison(p.w, 0x12345678);
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	memcpy(&word, data_of(&p, GM_GRAD_INPUT) + 29, sizeof word);
	assert_int_equal(word, 0x12345678);
	tear_down(&p);
}

static void absent_tensors_are_null(void **state)
{
	const worker_launch here = {0};
	unsigned char absent[64] = {0};
	planned p;

	(void)state;
	start(&p, skeleton, "rnn_tanh_T5_N3_I4_H6", &here);
	gm_plan_opts opts = options(&p.spec, GM_MODE_TRAIN);
	for (size_t i = 0; i < p.tensors->count; i++)
		absent[i] = p.tensors->row[i].kind != GM_INPUT && p.tensors->row[i].kind != GM_OUTPUT &&
		            p.tensors->row[i].role != GM_ROLE_WEIGHT;
	assert_ok(worker_plan(p.w, "skeleton", &p.spec, p.tensors, absent, &opts, ERROR));
	fill_inputs(&p);
	assert_null(data_of(&p, GM_H_0));
	assert_null(data_of(&p, GM_GRAD_INPUT));
	assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
	assert_false(isnan(data_of(&p, GM_OUTPUT)[0]));
	tear_down(&p);
}

static void describes_the_plan(void **state)
{
	const worker_launch here = {0};
	worker_info info;
	planned p;

	(void)state;
	start_and_plan(&p, skeleton, "skeleton", "rnn_tanh_T5_N3_I4_H6", &here);
	worker_describe(p.w, &info);
	assert_string_equal(info.engine, "plain C, one thread");
	assert_int_equal(info.tape_bytes, 5 * 3 * 6 * sizeof(float));
	assert_ok(worker_unplan(p.w, ERROR));
	worker_describe(p.w, &info);
	assert_int_equal(info.tape_bytes, 0);
	assert_null(worker_data(p.w, 0));
	assert_int_equal(worker_run(p.w, GM_PASS_FWD, NULL), GM_BAD_ARGUMENT);
	tear_down(&p);
}

static void says_no_and_goes_on(void **state)
{
	const worker_launch here = {0};
	gm_error error;
	planned p;

	(void)state;
	start(&p, skeleton, "lstm_T5_N3_I4_H6", &here);
	gm_plan_opts opts = options(&p.spec, GM_MODE_INFER);
	assert_int_equal(worker_plan(p.w, "skeleton", &p.spec, p.tensors, NULL, &opts, &error), GM_UNSUPPORTED);
	assert_string_equal(error.message, "only rnn_tanh");
	assert_int_equal(worker_plan(p.w, "nobody", &p.spec, p.tensors, NULL, &opts, &error), GM_BAD_ARGUMENT);
	assert_string_equal(error.message, "there is no variant nobody");
	gm_tensors_destroy(p.tensors);
	set_problem(&p, "rnn_tanh_T5_N3_I4_H6");
	assert_ok(worker_plan(p.w, "skeleton", &p.spec, p.tensors, NULL, &opts, ERROR));
	fill_inputs(&p);
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	assert_int_equal(worker_run(p.w, GM_PASS_BWD, &error), GM_BAD_ARGUMENT);
	assert_string_equal(error.message, "bwd needs a plan in train mode");
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	tear_down(&p);
}

static void options_arrive(void **state)
{
	const worker_launch here = {0};
	const int cpus[] = {5, 7};
	gm_error error;
	planned p;

	(void)state;
	start(&p, "plugin_tells_options", "lstm_L3_D2_T5_N4_I6_H9_P8_nobias_drop", &here);
	p.spec.problem.dropout = 0.3;
	gm_plan_opts opts = options(&p.spec, GM_MODE_RECOMPUTE);
	opts.threads = 2;
	opts.cpus = cpus;
	opts.denormals = GM_DENORMALS_FLUSH;
	opts.T_max = 11;
	assert_int_equal(worker_plan(p.w, "base", &p.spec, p.tensors, NULL, &opts, &error), GM_UNSUPPORTED);
	assert_string_equal(error.message, "cell 2 I 6 H 9 P 8 L 3 D 2 bias 0 dropout 0.3 mode 2 T 11 N 4 threads 2 "
	                                   "denormals 1 cpus 5 7");
	tear_down(&p);
}

/* A refusal's own sentence, judged and timed. */
static void reasons_arrive(void **state)
{
	const char *const name[] = {"sizes", "forward", "backward", "effective"};
	const char *const says[] = {"T_max 3 is odd", "a pool of 2 threads died", "steps 0 to 3 are no whole",
	                            "1 matrices are packed beyond recall"};
	gm_error error = {0};
	double ns;
	planned p;

	(void)state;
	start(&p, "plugin_says_why", "lstm_T3_N2_I5_H7", &(worker_launch){0});
	gm_plan_opts opts = options(&p.spec, GM_MODE_TRAIN);
	for (size_t i = 0; i < 4; i++) {
		if (worker_plan(p.w, name[i], &p.spec, p.tensors, NULL, &opts, &error) == GM_OK) {
			assert_int_not_equal(worker_time(p.w, &(worker_timing){GM_PASS_TRAIN_PACK, 1, 1, 0, 0, 0}, &ns, &error),
			                     GM_OK);
			assert_string_equal(error.message, says[i]);
			assert_int_not_equal(worker_run(p.w, GM_PASS_TRAIN, &error), GM_OK);
		}
		assert_string_equal(error.message, says[i]);
	}
	tear_down(&p);
}

static void backward_may_be_missing(void **state)
{
	const worker_launch here = {0};
	gm_error error;
	planned p;

	(void)state;
	start_and_plan(&p, "plugin_good", "forward_only", "gru_T3_N2_I5_H7", &here);
	assert_int_equal(worker_run(p.w, GM_PASS_TRAIN, &error), GM_UNSUPPORTED);
	assert_string_equal(error.message, "forward_only has no backward");
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	tear_down(&p);
}

/* More samples than one message holds; every pass; in a child and in place. */
static void times_every_pass(void **state)
{
	const worker_launch launch[] = {{.align = 64}, {.in_place = 1}};
	static double ns[5000];

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (gm_pass pass = GM_PASS_FWD; pass < GM_PASSES; pass++) {
			planned p;

			start_and_plan(&p, skeleton, "skeleton", "rnn_tanh_T1_N1_I2_H2", &launch[k]);
			memset(ns, 0, sizeof ns);
			assert_ok(worker_time(p.w, &(worker_timing){.pass = pass, .calls = 3, .samples = 5000}, ns, ERROR));
			for (size_t i = 0; i < 5000; i++)
				assert_true(ns[i] > 0);
			tear_down(&p);
		}
}

/* Three timed steps leave what three steps of a sequence leave; the caller's h_0 is as it was. */
static void step_carries_the_state(void **state)
{
	const worker_launch here = {0};
	float h_n[6], h_0[6];
	double ns[2];
	planned p;

	(void)state;
	start_and_plan(&p, skeleton, "skeleton", "rnn_tanh_T1_N1_I4_H6", &here);
	memcpy(h_0, data_of(&p, GM_H_0), sizeof h_0);
	assert_ok(worker_time(p.w, &(worker_timing){.pass = GM_PASS_STEP, .calls = 3, .samples = 2}, ns, ERROR));
	memcpy(h_n, data_of(&p, GM_H_N), sizeof h_n);
	assert_memory_equal(h_0, data_of(&p, GM_H_0), sizeof h_0);
	for (int i = 0; i < 3; i++) {
		assert_ok(worker_run(p.w, GM_PASS_STEP, ERROR));
		memcpy((float *)(uintptr_t)data_of(&p, GM_H_0), data_of(&p, GM_H_N), sizeof h_0);
	}
	assert_memory_equal(h_n, data_of(&p, GM_H_N), sizeof h_n);
	assert_memory_not_equal(h_n, h_0, sizeof h_n);
	tear_down(&p);
}

static void effective_weights_come_back(void **state)
{
	const worker_launch here = {0};
	planned p;

	(void)state;
	start_and_plan(&p, "plugin_rounded_weights", "base", "rnn_relu_T3_N2_I5_H7", &here);
	assert_ok(worker_run(p.w, GM_PASS_FWD, ERROR));
	const float *w = worker_effective(p.w, gm_tensors_index(p.tensors, GM_WEIGHT_HH, 0, 0));
	assert_non_null(w);
	assert_true(w[0] == 3 && w[48] == 3);
	assert_null(worker_effective(p.w, gm_tensors_index(p.tensors, GM_OUTPUT, 0, 0)));
	tear_down(&p);
	start_and_plan(&p, "plugin_good", "base", "rnn_relu_T3_N2_I5_H7", &here);
	assert_null(worker_effective(p.w, gm_tensors_index(p.tensors, GM_WEIGHT_HH, 0, 0)));
	tear_down(&p);
}

static void one_worker_many_plans(void **state)
{
	const worker_launch here = {0};
	char text[64];
	planned p;

	(void)state;
	start(&p, "plugin_good", "gru_T1_N1_I1_H1", &here);
	for (int i = 1; i <= 40; i++) {
		gm_tensors_destroy(p.tensors);
		snprintf(text, sizeof text, "%s_T%d_N2_I3_H%d", i % 2 ? "lstm" : "gru", i, i);
		set_problem(&p, text);
		gm_plan_opts opts = options(&p.spec, GM_MODE_TRAIN);
		assert_ok(worker_plan(p.w, "base", &p.spec, p.tensors, NULL, &opts, ERROR));
		fill_inputs(&p);
		assert_ok(worker_run(p.w, GM_PASS_TRAIN, ERROR));
		assert_true(data_of(&p, GM_OUTPUT)[2 * i * i - 1] == 1);
	}
	tear_down(&p);
	assert_no_child();
}

/* Two at once, started in any order: each tells its own child. */
static void pids_are_told(void **state)
{
	const worker_launch launch[3] = {{0}, {0}, {.in_place = 1}};
	worker *w[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_ok(worker_start(&launch[i], &w[i], ERROR));
	assert_int_equal(worker_pid(w[2]), getpid());
	assert_int_not_equal(worker_pid(w[0]), worker_pid(w[1]));
	for (int i = 0; i < 2; i++)
		assert_int_equal(getpgid(worker_pid(w[i])), worker_pid(w[i])); /* it leads a group, as only a child does */
	for (int i = 0; i < 3; i++)
		worker_stop(w[i]);
	assert_no_child();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_variants),          cmocka_unit_test(skeleton_equals_reference),
		cmocka_unit_test(tensors_end_at_a_page),   cmocka_unit_test(poison_shows_what_is_not_written),
		cmocka_unit_test(absent_tensors_are_null), cmocka_unit_test(describes_the_plan),
		cmocka_unit_test(says_no_and_goes_on),     cmocka_unit_test(options_arrive),
		cmocka_unit_test(backward_may_be_missing), cmocka_unit_test(times_every_pass),
		cmocka_unit_test(step_carries_the_state),  cmocka_unit_test(effective_weights_come_back),
		cmocka_unit_test(one_worker_many_plans),   cmocka_unit_test(pids_are_told),
		cmocka_unit_test(reasons_arrive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
