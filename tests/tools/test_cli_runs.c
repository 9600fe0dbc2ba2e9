/* SPDX-License-Identifier: MIT */
/* test_cli_runs.c - whole runs of the program: bench, run, Ctrl-C; and the judge of a race, which must reject what is
 * wrong however it judges (budget, sample, bits). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench_judge.h"
#include "protocol/fill.h"
#include "run_program.h"

#define SMALL "rnn_tanh_T2_N1_I3_H5/fwd"

/* ---- the program ---- */

static void bench_rejects_what_is_wrong(void **state)
{
	(void)state;
	outcome o = expect(
		1, "gatemark bench -q --quick --problem " SMALL " --variants scalar-plain,base --plugin '%s' --json=%s/r.jsonl",
		plugin_path("wrong_numbers"), folder);
	assert_non_null(strstr(o.out, "WRONG " SMALL " base: "));
	assert_non_null(strstr(o.out, "given: 1 problem, 1 thread, "));
	assert_true(widest_line(strstr(o.out, "BENCH")) > 0);
	outcome_free(&o);
	char *text = file_text(folder, "r.jsonl");
	assert_int_equal(count_of(text, "\"variant\":\"base\",\"status\":\"rejected\""), 1);
	assert_int_equal(count_of(text, "\"variant\":\"scalar-plain\",\"status\":\"timed\""), 1);
	free(text);
}

static void run_leaves_a_folder_and_a_page(void **state)
{
	static const char *const name[] = {"results.jsonl", "junit.xml", "choice.json", "report.html", "report.md"};
	static const char *const part[] = {"gatemark ", "CHECK  ", "BENCH  ", "CHOOSE ", "PASS   0 failed"};
	(void)state;
	file_put(folder, "one.txt", SMALL "\n");
	outcome o = expect(
		0, "gatemark run -q --quick --cases 'rnn_tanh_T1_*' --shapes %s/one.txt --variants 'scalar*' --out %s/out",
		folder, folder);
	for (size_t k = 0; k < sizeof part / sizeof part[0]; k++)
		assert_non_null(strstr(o.out, part[k]));
	outcome_free(&o);
	for (size_t k = 0; k < sizeof name / sizeof name[0]; k++) {
		char path[64];
		snprintf(path, sizeof path, "out/%s", name[k]);
		char *text = file_text(folder, path);
		assert_non_null(text);
		assert_true(strlen(text) > 100);
		free(text);
	}
	o = expect(
		0, // what was decided from memory follows from the file
		"cd %s/out && gatemark choose -q results.jsonl -o c >/dev/null && cmp c choice.json && "
		"gatemark report -q results.jsonl -o h --markdown m --junit j && cmp h report.html && cmp m report.md && "
		"cmp j junit.xml",
		folder);
	outcome_free(&o);
}

static void run_times_only_what_passed(void **state)
{
	(void)state;
	file_put(folder, "one.txt", SMALL "\n");
	outcome o = expect(
		1,
		"gatemark run -q --quick --cases 'rnn_tanh_T1_*' --shapes %s/one.txt --variants scalar-plain,base"
		" --plugin '%s' --out %s/out",
		folder, plugin_path("wrong_numbers"), folder);
	assert_non_null(strstr(o.out, "FAIL "));
	outcome_free(&o);
	char *text = file_text(folder, "out/results.jsonl");
	assert_int_equal(count_of(text, "\"kind\":\"bench\""), 1);
	assert_int_equal(count_of(text, "\"variant\":\"scalar-plain\",\"status\":\"timed\""), 1);
	free(text);
}

/* The signal goes to the whole group, as from a terminal. */
static void ctrl_c_leaves_a_valid_part(void **state)
{
	(void)state;
	outcome o = expect(
		130,
		"setsid \"$GM_BIN\"/gatemark run --quick --out %s/out & run=$!\n"
		"until grep -q '\"kind\":\"check\"' %s/out/results.jsonl.partial 2>/dev/null; do sleep 0.02; done\n"
		"kill -INT -$run; wait $run",
		folder, folder);
	if (!strstr(o.out, "STOPPED 0 failed"))
		print_error("%s%s", o.out, o.err);
	assert_non_null(strstr(o.out, "STOPPED 0 failed"));
	assert_int_equal(count_of(o.err, "gatemark:"), 0); // and no judge
	outcome_free(&o);
	char *text = file_text(folder, "out/results.jsonl");
	assert_non_null(text);
	assert_int_equal(count_of(text, "\"exit_code\":130"), 1);
	assert_int_equal(count_of(text, "\"interrupted\":true"), 1);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(count_of(text, "\"status\":\"fail\""), 0); // no worker died of the signal
	free(text);
}

/* ---- the judge of a race ---- */

typedef struct judging { /* a problem run by "scalar-oracle", ready to be judged */
	gm_spec spec;
	gm_tensors *tensors;
	fill_data fill;
	judge_problem problem;
	worker *w;
	race_outputs left;
	contestant variant[2];
	bench_judge judge;
} judging;

static void begin(judging *j, const char *text, const char *name)
{
	const worker_launch launch = {.in_place = 1};
	gm_error error;
	assert_int_equal(gm_spec_parse(text, &j->spec, &error), GM_OK);
	assert_int_equal(gm_tensors_create(&j->spec, &j->tensors, &error), GM_OK);
	assert_int_equal(fill_create(&j->spec, j->tensors, 7, &j->fill, &error), GM_OK);
	const gm_plan_opts opts = {
		.struct_size = sizeof opts, .mode = GM_MODE_TRAIN, .T_max = j->spec.T, .N_max = j->spec.N, .threads = 1};
	assert_int_equal(worker_start(&launch, &j->w, &error), GM_OK);
	assert_int_equal(worker_plan(j->w, name, &j->spec, j->tensors, NULL, &opts, &error), GM_OK);
	j->problem = (judge_problem){.spec = &j->spec, .tensors = j->tensors, .data = j->fill.data};
	j->left.got = calloc(j->tensors->count, sizeof *j->left.got);
	j->left.effective = calloc(j->tensors->count, sizeof *j->left.effective);
	for (size_t k = 0; k < j->tensors->count; k++) {
		const gm_tensor *t = &j->tensors->row[k];
		if (j->fill.data[k])
			memcpy(worker_data(j->w, k), j->fill.data[k], t->count * gm_dtype_bytes(t->dtype));
		else
			j->left.got[k] = worker_data(j->w, k);
	}
	assert_int_equal(worker_run(j->w, GM_PASS_BWD, &error), GM_OK);
	const gm_variant *v = gm_variant_find(name);
	for (int k = 0; k < 2; k++) {
		worker_variant *i = &j->variant[k].info;
		snprintf(i->name, sizeof i->name, "%s%s", name, k == 1 ? "-twin" : "");
		snprintf(i->activation, sizeof i->activation, "%s", v->traits.activation);
		snprintf(i->weights, sizeof i->weights, "%s", v->traits.weights);
		i->rounding = v->traits.rounding;
	}
	j->judge = (bench_judge){.no_fork = 1, .seed = 7};
}

static void end(judging *j)
{
	judged_how how = judged_how_none;
	char reason[RACE_REASON] = "";
	bench_judge_one(&j->judge, &j->problem, NULL, NULL, &how, reason);
	bench_judge_free(&j->judge);
	worker_stop(j->w);
	fill_free(&j->fill);
	gm_tensors_destroy(j->tensors);
	free(j->left.got);
	free(j->left.effective);
}

static void assert_verdict(judging *j, int twin, race_status verdict, judged_how how)
{
	judged_how judged = judged_how_none;
	char reason[RACE_REASON] = "";
	race_status status = bench_judge_one(&j->judge, &j->problem, &j->variant[twin], &j->left, &judged, reason);
	if (status != verdict)
		print_error("%s: %s\n", judged_how_word(judged), reason);
	assert_int_equal(status, verdict);
	assert_int_equal(judged, how);
}

static float *element(judging *j, gm_kind kind, size_t index)
{
	return (float *)j->left.got[gm_tensors_index(j->tensors, kind, 0, 0)] + index;
}

static void a_small_problem_is_judged_in_full_then_by_bits(void **state)
{
	judging j = {0};
	(void)state;
	begin(&j, "lstm_T5_N3_I4_H6/train", "scalar-plain");
	float kept = *element(&j, GM_GRAD_WEIGHT_HH, 17);
	*element(&j, GM_GRAD_WEIGHT_HH, 17) *= 1.001f;
	assert_verdict(&j, 0, RACE_REJECTED, JUDGED_BUDGET);
	*element(&j, GM_GRAD_WEIGHT_HH, 17) = kept;
	assert_verdict(&j, 0, RACE_TIMED, JUDGED_BUDGET);
	assert_verdict(&j, 1, RACE_TIMED, JUDGED_BUDGET); // "scalar-plain" is free: no bits
	j.variant[0].info.rounding = j.variant[1].info.rounding = GM_CANONICAL;
	assert_verdict(&j, 0, RACE_TIMED, JUDGED_BUDGET);
	assert_verdict(&j, 1, RACE_TIMED, JUDGED_BITS);
	*element(&j, GM_GRAD_WEIGHT_HH, 17) *= 1 + 0x1p-23f;
	assert_verdict(&j, 1, RACE_REJECTED, JUDGED_BITS);
	end(&j);
}

static void a_large_problem_is_judged_on_a_sample(void **state)
{
	static const char *const text[] = {"gru_T30_N5_I4_H6/fwd", "lstm_T30_N5_I4_H6_bf/fwd",
	                                   "rnn_tanh_D2_T30_N5_I4_H6/fwd", "lstm_L2_T30_N5_I4_H6_P3/fwd",
	                                   "gru_T30_N5_I4_H6_len/fwd"};
	(void)state;
	for (size_t k = 0; k < sizeof text / sizeof text[0]; k++) {
		judging j = {0};
		begin(&j, text[k], "scalar-plain");
		j.judge.flops = gm_spec_flops(&j.spec) / 5; // two rows of five, half the steps
		assert_verdict(&j, 0, RACE_TIMED, JUDGED_SAMPLED);
		*element(&j, GM_OUTPUT, 0) += 1e-3f;
		assert_verdict(&j, 0, RACE_REJECTED, JUDGED_SAMPLED);
		end(&j);
	}
}

static void gradients_of_a_sample_are_the_samples(void **state)
{
	static const char *const text[] = {"gru_T30_N5_I4_H6/train", "lstm_T30_N5_I4_H6_bf/train",
	                                   "rnn_tanh_D2_T30_N5_I4_H6/train", "lstm_L2_T30_N5_I4_H6_P3/bwd",
	                                   "gru_L2_T30_N5_I4_H6_len_drop/train"};
	(void)state;
	for (size_t k = 0; k < sizeof text / sizeof text[0]; k++) {
		judging j = {0};
		begin(&j, text[k], "scalar-plain");
		j.judge.flops = gm_spec_flops(&j.spec) / 5;
		assert_verdict(&j, 0, RACE_TIMED, JUDGED_SAMPLED);
		end(&j);
	}
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(bench_rejects_what_is_wrong),
		IN_FOLDER(run_leaves_a_folder_and_a_page),
		IN_FOLDER(run_times_only_what_passed),
		IN_FOLDER(ctrl_c_leaves_a_valid_part),
		cmocka_unit_test(a_small_problem_is_judged_in_full_then_by_bits),
		cmocka_unit_test(a_large_problem_is_judged_on_a_sample),
		cmocka_unit_test(gradients_of_a_sample_are_the_samples),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
