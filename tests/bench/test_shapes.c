/* SPDX-License-Identifier: MIT */
/* test_shapes.c - the lists of problems and the data they are filled with.  Seeds are in the source. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/fill.h"
#include "shapes/shapes.h"

static int contains(const shape_list *list, const char *problem)
{
	for (size_t i = 0; i < list->count; i++) {
		char text[GM_SPEC_TEXT];
		gm_spec_format(&list->specs[i], text);
		if (strcmp(text, problem) == 0)
			return 1;
	}
	return 0;
}

static void builtin_lists_parse(void **state)
{
	(void)state;
	assert_true(shapes_builtin_count() >= 3);
	assert_null(shapes_builtin_name(shapes_builtin_count()));
	for (size_t i = 0; i < shapes_builtin_count(); i++) {
		shape_list list;
		gm_error error = {0};
		if (shapes_load(shapes_builtin_name(i), &list, &error) != GM_OK)
			fail_msg("%s", error.message);
		assert_true(list.count > 0 && shapes_builtin_about(i)[0]);
		for (size_t k = 0; k < list.count; k++)
			assert_int_not_equal(list.specs[k].pass, GM_PASS_NONE);
		shapes_free(&list);
		assert_null(list.specs);
	}
}

static void quick_list_has_what_a_first_look_needs(void **state)
{
	(void)state;
	static const char *const needed[] = {"lstm_T64_N1_I128_H128/fwd", "lstm_T1_N1_I128_H128/step",
	                                     "gru_T1_N1_I128_H128/step", "rnn_tanh_T1_N1_I64_H64/step"};
	shape_list list;
	size_t cells[GM_CELLS] = {0}, training = 0;
	assert_int_equal(shapes_load("quick", &list, NULL), GM_OK);
	assert_true(list.count <= 24);
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		assert_true(contains(&list, needed[i]));
	for (size_t i = 0; i < list.count; i++) {
		cells[list.specs[i].problem.cell]++;
		training += list.specs[i].pass == GM_PASS_TRAIN;
	}
	assert_true(cells[GM_LSTM] && cells[GM_GRU] && cells[GM_RNN_TANH] && training);
	shapes_free(&list);
}

static void text_with_comments_and_defaults(void **state)
{
	(void)state;
	shape_list list;
	const char *text = "# mine\n\n  lstm_T3_N1_I2_H2  # a comment\r\n\tgru_T3_N1_I2_H2/train\n#end";
	assert_int_equal(shapes_parse("mine", text, &list, NULL), GM_OK);
	assert_int_equal(list.count, 2);
	assert_true(contains(&list, "lstm_T3_N1_I2_H2/fwd") && contains(&list, "gru_T3_N1_I2_H2/train"));
	shapes_free(&list);
}

static void bad_text_names_file_and_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} bad[] = {{"lstm_T3_N1_I2_H2\nlstm_T3_N1_X2_H2\n", "mine:2: "},
	           {"lstm_T3_N1_I2_H2/fwd\n\nlstm_T3_N1_I2_H2\n", "mine:3: lstm_T3_N1_I2_H2 is there twice"},
	           {"# nothing\n", "no problem"},
	           {"", "no problem"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		shape_list list = {7, NULL};
		gm_error error = {0};
		assert_int_equal(shapes_parse("mine", bad[i].text, &list, &error), GM_BAD_ARGUMENT);
		if (!strstr(error.message, bad[i].says))
			fail_msg("'%s' does not say '%s'", error.message, bad[i].says);
		assert_int_equal(list.count, 7); // untouched
	}
}

static void files_of_users(void **state)
{
	(void)state;
	char path[] = "/tmp/test_shapes_XXXXXX";
	gm_error error = {0};
	shape_list list;
	const int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "gru_T5_N2_I3_H4/step\n", 21) == 21);
	assert_int_equal(shapes_load(path, &list, &error), GM_BAD_ARGUMENT); // a step has T 1
	assert_non_null(strstr(error.message, ":1: "));
	assert_true(pwrite(fd, "gru_T5_N2_I3_H4/fwd+pack", 24, 0) == 24);
	assert_int_equal(shapes_load(path, &list, &error), GM_OK);
	assert_int_equal(list.count, 1);
	shapes_free(&list);
	assert_true(pwrite(fd, "\0", 1, 3) == 1);
	assert_int_equal(shapes_load(path, &list, &error), GM_BAD_ARGUMENT);
	assert_non_null(strstr(error.message, "not a text file"));
	close(fd);
	unlink(path);
	assert_int_equal(shapes_load(path, &list, &error), GM_IO);
	assert_int_equal(shapes_load("/", &list, &error), GM_IO);
}

/* ---- data ---- */

typedef struct filled {
	gm_spec spec;
	gm_tensors *tensors;
	fill_data data;
} filled;

static filled fill(const char *text, uint64_t seed)
{
	filled f;
	gm_error error = {0};
	if (gm_spec_parse(text, &f.spec, &error) != GM_OK || gm_tensors_create(&f.spec, &f.tensors, &error) != GM_OK ||
	    fill_create(&f.spec, f.tensors, seed, &f.data, &error) != GM_OK)
		fail_msg("%s", error.message);
	return f;
}

static void unfill(filled *f)
{
	fill_free(&f->data);
	gm_tensors_destroy(f->tensors);
}

static const float *values(const filled *f, const char *name, size_t *count)
{
	const size_t row = gm_tensors_find(f->tensors, name);
	assert_int_not_equal(row, GM_NO_TENSOR);
	*count = f->tensors->row[row].count;
	return f->data.data[row];
}

static void moments(const float *x, size_t n, double *mean, double *deviation)
{
	double sum = 0, squares = 0;
	for (size_t i = 0; i < n; i++) {
		sum += x[i];
		squares += (double)x[i] * x[i];
	}
	*mean = sum / (double)n;
	*deviation = sqrt(squares / (double)n - *mean * *mean);
}

static void data_have_their_distributions(void **state)
{
	(void)state;
	filled f = fill("lstm_T64_N4_I64_H64/train", 3);
	const double bound = 1 / sqrt(64.0);
	double mean, deviation;
	size_t n;
	const float *w = values(&f, "weight_hh_l0", &n);
	for (size_t i = 0; i < n; i++)
		assert_true(fabsf(w[i]) <= (float)bound);
	moments(w, n, &mean, &deviation);
	assert_true(fabs(mean) < 0.01 * bound * 3 && fabs(deviation / (bound / sqrt(3.0)) - 1) < 0.03);
	const float *x = values(&f, "input", &n);
	moments(x, n, &mean, &deviation);
	assert_true(fabs(mean) < 0.03 && fabs(deviation - 1) < 0.03);
	moments(values(&f, "grad_output", &n), n, &mean, &deviation);
	assert_true(fabs(deviation - 1) < 0.03);
	for (size_t i = 0; i < f.tensors->count; i++) {
		const gm_role role = f.tensors->row[i].role;
		assert_int_equal(f.data.data[i] != NULL, role != GM_ROLE_OUTPUT && role != GM_ROLE_GRAD);
	}
	unfill(&f);
}

static void data_repeat_by_seed_and_differ_by_tensor(void **state)
{
	(void)state;
	filled a = fill("lstm_T3_N2_I8_H8/train", 3), b = fill("lstm_T3_N2_I8_H8/train", 3);
	filled c = fill("lstm_T3_N2_I8_H8/train", 4), longer = fill("lstm_T9_N2_I8_H8/train", 3);
	size_t inputs, weights, count;
	for (size_t i = 0; i < a.tensors->count; i++)
		if (a.data.data[i])
			assert_memory_equal(a.data.data[i], b.data.data[i], a.tensors->row[i].count * sizeof(float));
	const float *input = values(&a, "input", &inputs), *weight = values(&a, "weight_ih_l0", &weights);
	assert_memory_not_equal(input, values(&c, "input", &count), inputs * sizeof(float));
	assert_memory_not_equal(weight, values(&a, "weight_hh_l0", &count), weights * sizeof(float));
	assert_memory_equal(input, values(&longer, "input", &count), inputs * sizeof(float)); // by index alone
	unfill(&a);
	unfill(&b);
	unfill(&c);
	unfill(&longer);
}

static void lengths_and_masks(void **state)
{
	(void)state;
	filled f = fill("gru_L2_T7_N64_I8_H8_len_drop/train", 5);
	size_t zeros = 0, n = 0, seen[8] = {0};
	const int64_t *lengths = f.data.data[gm_tensors_index(f.tensors, GM_LENGTHS, 0, 0)];
	assert_int_equal(lengths[0], 7);
	for (size_t i = 0; i < 64; i++) {
		assert_true(lengths[i] >= 1 && lengths[i] <= 7);
		seen[lengths[i]]++;
	}
	for (size_t t = 1; t <= 7; t++)
		assert_true(seen[t] > 0);
	const size_t row = gm_tensors_index(f.tensors, GM_DROPOUT_MASK, 0, 0);
	const float *mask = f.data.data[row];
	for (n = 0; n < f.tensors->row[row].count; n++) {
		assert_true(mask[n] == 0.0f || mask[n] == 2.0f);
		zeros += mask[n] == 0.0f;
	}
	assert_true(fabs((double)zeros / (double)n - 0.5) < 0.05);
	unfill(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builtin_lists_parse),
		cmocka_unit_test(quick_list_has_what_a_first_look_needs),
		cmocka_unit_test(text_with_comments_and_defaults),
		cmocka_unit_test(bad_text_names_file_and_line),
		cmocka_unit_test(files_of_users),
		cmocka_unit_test(data_have_their_distributions),
		cmocka_unit_test(data_repeat_by_seed_and_differ_by_tensor),
		cmocka_unit_test(lengths_and_masks),
	};
	return cmocka_run_group_tests_name("shapes", tests, NULL, NULL);
}
