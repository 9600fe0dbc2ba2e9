/* SPDX-License-Identifier: MIT */
/* test_reference.c - the double reference: its backward differentiates its forward over every feature and their
 * combinations, layouts and absent tensors mean what they say, padding is never read, special values travel as in
 * PyTorch, and a failed run leaves no trace.  Against PyTorch's own results: test_reference_golden.c. */
#include "reference_problem.h"

#include <stdio.h>

#include "base/cells.h"
#include "documented.h"
#include "gradcheck.h"

static const uint64_t SEED = 20261;

static void gradcheck_of(const char *text, gm_kind absent)
{
	drawn d = drawn_create(text, SEED);
	double worst = INFINITY;
	char where[96] = "nothing ran";
	ref_problem problem;
	gm_error error;

	drawn_drop(&d, absent);
	if (absent == GM_GRAD_OUTPUT &&
	    !(cell_of(&d.spec.problem)->traits & CELL_KINKS)) // whose state of 0 can be a kink above
		drawn_drop(&d, GM_H_0);
	problem = drawn_problem(&d);
	if (gradcheck(&problem, &worst, where, &error) != GM_OK)
		fail_msg("%s: %s", text, error.message);
	if (!(worst >= 0 && worst < 1))
		fail_msg("%s seed %d, kind %d absent: %s is off by %g of what is allowed", text, (int)SEED, absent, where,
		         worst);
	drawn_destroy(&d);
}

/* Every cell x layers x directions x bias x layout x lengths x dropout x projection, each with one upstream
 * gradient absent in turn (kind GM_LENGTHS: none). */
static void test_gradcheck(void **state)
{
	static const char *const flags[] = {"", "_nobias", "_bf", "_len", "_bf_len", "_drop", "_len_drop"};
	static const gm_kind absent[] = {GM_LENGTHS, GM_GRAD_OUTPUT, GM_GRAD_H_N, GM_GRAD_C_N};
	size_t ran = 0;

	(void)state;
	for (uint32_t cell = 0; cell < GM_CELLS; cell++)
		for (size_t i = 0; i < 8 * sizeof flags / sizeof *flags; i++) {
			const char *flag = flags[i / 8], *P = i & 4 ? "_P2" : "";
			const char *layers = i & 1 ? "_L2" : "", *directions = i & 2 ? "_D2" : "";
			char text[GM_SPEC_TEXT];

			if ((*P && !(cell_table[cell].traits & CELL_PROJECTED)) || (!*layers && strstr(flag, "drop")))
				continue;
			snprintf(text, sizeof text, "%s%s%s_T4_N3_I2_H3%s%s", gm_cell_name(cell), layers, directions, P, flag);
			for (size_t a = 0; a < 4; a++, ran++)
				gradcheck_of(text, absent[a]);
		}
	gradcheck_of("lstm_L2_D2_T4_N1_I2_H3_P2_unb", GM_LENGTHS);
	print_message("%zu gradient checks, seed %d\n", ran + 1, (int)SEED);
	assert_documented(ran + 1, "reference/README.md", "tests/reference/test_reference.c` runs it on ", 0);
}

/* Where differences and derivative disagree, honestly so at a relu's kink, the check says so and names the element. */
static void test_gradcheck_bites(void **state)
{
	drawn d = drawn_create("rnn_relu_T1_N1_I1_H1_nobias", SEED);
	ref_problem problem;
	double worst = 0;
	char where[96];

	(void)state;
	drawn_drop(&d, GM_H_0);
	drawn_value(&d, GM_INPUT, 0, 0)[0] = 0;
	drawn_value(&d, GM_WEIGHT_IH, 0, 0)[0] = 1;
	problem = drawn_problem(&d);
	assert_int_equal(gradcheck(&problem, &worst, where, NULL), GM_OK);
	assert_true(worst > 1);
	assert_non_null(strstr(where, "0]"));
	drawn_destroy(&d);
}

/* Index in b, batch-first, of element j of the same tensor in a, time-major. */
static size_t element_in(const drawn *a, const drawn *b, size_t row, size_t j)
{
	const size_t *dim = a->tensors->row[row].dim, width = dim[2], N = a->spec.N;

	if (dim[0] == b->tensors->row[row].dim[0]) // T and N differ, so this is no sequence
		return j;
	return drawn_row(b, j / width / N, j / width % N, width) + j % width;
}

/* The same numbers in another layout give the same results. */
static void test_layouts(void **state)
{
	drawn a = drawn_create("gru_L2_D2_T5_N3_I4_H6_len_drop", SEED);
	drawn b = drawn_create("gru_L2_D2_T5_N3_I4_H6_bf_len_drop", SEED);

	(void)state;
	for (size_t i = 0; i < a.tensors->count; i++)
		for (size_t j = 0; j < a.tensors->row[i].count; j++)
			b.value[i][element_in(&a, &b, i, j)] = a.value[i][j];
	drawn_run(&a, NULL, NULL);
	drawn_run(&b, NULL, NULL);
	for (size_t i = 0; i < a.tensors->count; i++)
		for (size_t j = 0; a.tensors->row[i].role >= GM_ROLE_OUTPUT && j < a.tensors->row[i].count; j++)
			if (a.value[i][j] != b.value[i][element_in(&a, &b, i, j)])
				fail_msg("%s[%zu] differs in the other layout", a.tensors->row[i].name, j);
	drawn_destroy(&a);
	drawn_destroy(&b);
}

/* An absent tensor is one of zeros; an absent mask is one of ones. */
static void test_absent(void **state)
{
	static const gm_kind kinds[] = {GM_INPUT,       GM_H_0,      GM_C_0,      GM_WEIGHT_IH,
	                                GM_WEIGHT_HH,   GM_BIAS_IH,  GM_BIAS_HH,  GM_WEIGHT_HR,
	                                GM_GRAD_OUTPUT, GM_GRAD_H_N, GM_GRAD_C_N, GM_DROPOUT_MASK};

	(void)state;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		drawn zeros = drawn_create("lstm_L2_D2_T4_N3_I4_H6_P3_len_drop", k);
		drawn absent = drawn_create("lstm_L2_D2_T4_N3_I4_H6_P3_len_drop", k);

		for (size_t i = 0; i < zeros.tensors->count; i++)
			for (size_t j = 0; zeros.tensors->row[i].kind == kinds[k] && j < zeros.tensors->row[i].count; j++)
				zeros.value[i][j] = kinds[k] == GM_DROPOUT_MASK;
		drawn_drop(&absent, kinds[k]);
		drawn_run(&zeros, NULL, NULL);
		drawn_run(&absent, NULL, NULL);
		assert_same_results(&zeros, &absent);
		drawn_destroy(&zeros);
		drawn_destroy(&absent);
	}
}

/* Row n of every input and upstream gradient of all, cut to its length, as a problem of its own. */
static drawn one_row(const drawn *all, size_t n)
{
	char text[GM_SPEC_TEXT];
	drawn one;

	snprintf(text, sizeof text, "lstm_D2_T%zu_N1_I3_H6", (size_t)all->lengths[n]);
	one = drawn_create(text, 1);
	for (size_t i = 0; i < one.tensors->count; i++) {
		const gm_tensor *row = &one.tensors->row[i];
		const double *from = all->value[gm_tensors_find(all->tensors, row->name)];
		size_t width = row->dim[2];

		for (size_t s = 0; row->role <= GM_ROLE_UPSTREAM && row->rank == 3 && s < row->dim[0]; s++)
			memcpy(one.value[i] + s * width, from + (s * all->spec.N + n) * width, width * sizeof *from);
		if (row->role == GM_ROLE_WEIGHT)
			memcpy(one.value[i], from, row->count * sizeof *from);
	}
	return one;
}

static void assert_row(const drawn *all, const drawn *one, size_t n, gm_kind kind)
{
	const double *many = drawn_value(all, kind, 0, 0), *few = drawn_value(one, kind, 0, 0);
	const gm_tensor *row = &all->tensors->row[gm_tensors_index(all->tensors, kind, 0, 0)];
	size_t own = one->tensors->row[gm_tensors_index(one->tensors, kind, 0, 0)].dim[0], width = row->dim[2];

	for (size_t s = 0; s < row->dim[0]; s++)
		for (size_t j = 0; j < width; j++)
			if (many[(s * all->spec.N + n) * width + j] != (s < own ? few[s * width + j] : 0))
				fail_msg("%s: row %zu of length %zu differs at %zu", row->name, n, own, s);
}

/* A row gives what it gives alone, without its padding (which drawn_create has poisoned), and +0 beyond. */
static void test_lengths(void **state)
{
	static const gm_kind kinds[] = {GM_OUTPUT, GM_H_N, GM_C_N, GM_GRAD_INPUT, GM_GRAD_H_0, GM_GRAD_C_0};
	drawn all = drawn_create("lstm_D2_T5_N4_I3_H6_len", SEED);

	(void)state;
	drawn_run(&all, NULL, NULL);
	for (size_t n = 0; n < 4; n++) {
		drawn one = one_row(&all, n);

		drawn_run(&one, NULL, NULL);
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			assert_row(&all, &one, n, kinds[k]);
		drawn_destroy(&one);
	}
	drawn_destroy(&all);
}

/* relu(NaN) is NaN and lets the gradient through; relu(-0) is +0 and does not. */
static void test_special_values(void **state)
{
	drawn d = drawn_create("rnn_relu_T1_N3_I1_H1_nobias", SEED);
	double *y = drawn_value(&d, GM_OUTPUT, 0, 0), *grad_h_0 = drawn_value(&d, GM_GRAD_H_0, 0, 0);

	(void)state;
	memcpy(drawn_value(&d, GM_INPUT, 0, 0), (double[3]){NAN, -0.0, INFINITY}, 3 * sizeof(double));
	memcpy(drawn_value(&d, GM_GRAD_OUTPUT, 0, 0), (double[3]){1, 1, 1}, 3 * sizeof(double));
	drawn_value(&d, GM_WEIGHT_IH, 0, 0)[0] = 1;
	drawn_value(&d, GM_WEIGHT_HH, 0, 0)[0] = 2;
	drawn_drop(&d, GM_H_0);
	drawn_drop(&d, GM_GRAD_H_N);
	drawn_run(&d, NULL, NULL);
	assert_true(isnan(y[0]) && y[1] == 0 && !signbit(y[1]) && y[2] == INFINITY);
	assert_true(grad_h_0[0] == 2 && grad_h_0[1] == 0 && grad_h_0[2] == 2);
	drawn_destroy(&d);
}

static void test_stats(void **state)
{
	drawn d = drawn_create("rnn_relu_T2_N1_I1_H2_nobias", SEED), e = drawn_create("gru_T2_N1_I1_H2", SEED);
	ref_stats stats;

	(void)state;
	memcpy(drawn_value(&d, GM_INPUT, 0, 0), (double[2]){1000, 1}, 2 * sizeof(double));
	memcpy(drawn_value(&d, GM_WEIGHT_IH, 0, 0), (double[2]){-0.25, 1}, 2 * sizeof(double));
	drawn_drop(&d, GM_H_0);
	drawn_drop(&d, GM_WEIGHT_HH);
	drawn_drop(&d, GM_GRAD_OUTPUT);
	drawn_drop(&d, GM_GRAD_H_N);
	drawn_run(&d, NULL, &stats);
	assert_true(stats.min_kink == 0.25);
	// 1000 is the product, three times a partial sum (of it and of zeros): the bound is its double.
	assert_true(stats.max_abs >= 1000 && stats.max_abs <= 2000);
	drawn_run(&e, NULL, &stats);
	assert_true(stats.min_kink == INFINITY && stats.max_abs > 0 && stats.max_abs < 100);
	drawn_destroy(&d);
	drawn_destroy(&e);
}

static void test_errors(void **state)
{
	drawn d = drawn_create("lstm_T3_N2_I2_H3_len", SEED);
	double *y = drawn_value(&d, GM_OUTPUT, 0, 0), before = y[0];
	ref_problem problem = drawn_problem(&d);
	gm_spec bad = d.spec;
	gm_error error;

	(void)state;
	problem.spec = &bad;
	bad.problem.proj_size = 3;
	assert_int_equal(ref_run(&problem, NULL, NULL, NULL, &error), GM_BAD_SHAPE);
	assert_int_equal(error.status, GM_BAD_SHAPE);
	bad = d.spec;
	bad.T = 0;
	problem.lengths = NULL;
	assert_int_equal(ref_run(&problem, NULL, NULL, NULL, NULL), GM_BAD_SHAPE);
	problem = drawn_problem(&d);
	for (size_t i = 0; i < 3; i++) {
		d.lengths[1] = (int64_t[3]){-1, 0, 4}[i];
		assert_int_equal(ref_run(&problem, NULL, NULL, NULL, &error), GM_BAD_SHAPE);
	}
	assert_true(y[0] == before);
	drawn_destroy(&d);
}

static size_t allocations_left = SIZE_MAX;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* The linker sends every calloc of this program here. */
void *__wrap_calloc(size_t count, size_t size)
{
	if (allocations_left == 0)
		return NULL;
	allocations_left -= allocations_left != SIZE_MAX;
	return __real_calloc(count, size);
}

/* Whichever allocation fails: GM_NO_MEMORY, nothing written; leaks are for the sanitizer's run. */
static void test_no_memory(void **state)
{
	drawn d = drawn_create("lstm_L4_D2_T3_N2_I2_H3_P2_len_drop", SEED);
	double *y = drawn_value(&d, GM_OUTPUT, 0, 0), before = y[0];
	const ref_problem problem = drawn_problem(&d);
	gm_status status = GM_NO_MEMORY;
	size_t allowed = 0;

	(void)state;
	for (; status != GM_OK; allowed++) {
		assert_true(status == GM_NO_MEMORY && y[0] == before);
		allocations_left = allowed;
		status = ref_run(&problem, NULL, NULL, NULL, NULL);
		allocations_left = SIZE_MAX;
	}
	assert_true(allowed > 10 && y[0] != before);
	drawn_destroy(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gradcheck), cmocka_unit_test(test_gradcheck_bites), cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_absent),    cmocka_unit_test(test_lengths),         cmocka_unit_test(test_special_values),
		cmocka_unit_test(test_stats),     cmocka_unit_test(test_errors),          cmocka_unit_test(test_no_memory)};

	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
