/* SPDX-License-Identifier: MIT */
/* test_casepack.c - case packs: what is written comes back, and nothing else is taken.
 * A pack is made from the layout of a problem, then damaged in one place at a time; the layout itself is compared
 * with shapes written out by hand in test_layout, and with the exporter's files by test_fixture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "casepack_draft.h"

static const char *const problems[] = {
	"lstm_T3_N2_I4_H5",
	"lstm_L3_D2_T2_N2_I3_H4_P2_nobias_drop",
	"gru_L2_D2_T4_N3_I2_H3_bf_len_drop",
	"gru_T1_N1_I1_H1_unb",
	"rnn_tanh_T5_N1_I2_H3",
	"rnn_relu_D2_T2_N4_I3_H2_len",
};
enum { PROBLEMS = sizeof problems / sizeof *problems };

/* The pack must be refused with a sentence that holds `word`. */
static void expect_refused(const void *block, size_t bytes, const char *word)
{
	gm_case *c = NULL;
	gm_error error = {0};

	assert_int_equal(case_from_pack(block, bytes, &c, &error), GM_BAD_FIXTURE);
	assert_null(c);
	if (!strstr(error.message, word))
		fail_msg("\"%s\" expected in \"%s\"", word, error.message);
}

static void expect_draft_refused(draft *d, const char *word)
{
	size_t bytes;
	unsigned char *block = block_of(d, &bytes);

	expect_refused(block, bytes, word);
	free(block);
	draft_free(d);
}

static void expect_same_arrays(const draft *d, const gm_case *c)
{
	const pack_entry *entry;

	assert_int_equal(case_entries(c, &entry), d->count);
	for (size_t i = 0; i < d->count; i++) {
		size_t row = d->layout->slot[i].row;
		const void *array = entry[i].section == PACK_DATA     ? c->data[row]
		                  : entry[i].section == PACK_GOLDEN64 ? (const void *)c->golden64[row]
		                  : entry[i].section == PACK_GOLDEN32 ? (const void *)c->golden32[row]
		                                                      : case_trace(c, entry[i].name, NULL);
		assert_string_equal(entry[i].name, d->entry[i].name);
		assert_non_null(array);
		assert_int_equal((uintptr_t)array % 64, 0);
		assert_memory_equal(array, d->memory[i], (size_t)entry[i].bytes);
	}
}

static void test_round_trip(void **state)
{
	(void)state;
	for (size_t p = 0; p < PROBLEMS; p++) {
		char id[64], text[GM_SPEC_TEXT];
		size_t bytes;
		gm_case *c;
		gm_error error = {0};
		draft *d;
		unsigned char *block;

		snprintf(id, sizeof id, "%s.init", problems[p]);
		d = draft_of(problems[p], id);
		block = block_of(d, &bytes);
		if (case_from_pack(block, bytes, &c, &error) != GM_OK)
			fail_msg("%s", error.message);
		assert_string_equal(c->id, id);
		assert_string_equal(c->tags, "none");
		assert_string_equal(c->note, "a test");
		gm_spec_format(&c->spec, text);
		assert_string_equal(text, problems[p]);
		assert_int_equal(c->block_bytes, bytes);
		assert_memory_equal(c->block, block, bytes);
		expect_same_arrays(d, c);
		case_destroy(c);
		free(block);
		draft_free(d);
	}
}

static void test_optional_arrays_may_be_absent(void **state)
{
	draft *d = draft_of(problems[2], "gru_L2_D2_T4_N3_I2_H3_bf_len_drop.few");
	size_t bytes;
	gm_case *c;
	gm_error error = {0};
	unsigned char *block;

	(void)state;
	for (size_t i = d->count; i-- > 0;)
		if (!d->layout->slot[i].required)
			take_out(d, i);
	assert_int_equal(d->count, 1 + 1 + 1 + 16 + 2); /* input lengths mask, weights, output h_n */
	d->head.spec.problem.dropout = 0.25;
	block = block_of(d, &bytes);
	if (case_from_pack(block, bytes, &c, &error) != GM_OK)
		fail_msg("%s", error.message);
	assert_true(c->spec.problem.dropout == 0.25);
	assert_null(c->data[gm_tensors_find(c->tensors, "h_0")]);
	assert_null(c->golden64[gm_tensors_find(c->tensors, "grad_input")]);
	assert_null(case_trace(c, "l0/gates", NULL));
	case_destroy(c);
	free(block);
	draft_free(d);
}

static void test_cut_or_lengthened(void **state)
{
	draft *d = draft_of(problems[0], "lstm_T3_N2_I4_H5.init");
	size_t bytes;
	unsigned char *block = block_of(d, &bytes), *longer = calloc(1, bytes + 64);

	(void)state;
	for (size_t cut = 0; cut < bytes; cut += 64) {
		unsigned char *copy = malloc(cut ? cut : 1); /* of its own, so that reading on is seen by ASan */

		memcpy(copy, block, cut);
		expect_refused(copy, cut, "case pack");
		if (cut >= 16) { /* and with a head that agrees */
			memcpy(copy + 8, &(uint64_t){cut}, 8);
			expect_refused(copy, cut, "");
		}
		free(copy);
	}
	memcpy(longer, block, bytes);
	expect_refused(longer, bytes + 64, "case pack");
	memcpy(longer + 8, &(uint64_t){bytes + 64}, 8);
	expect_refused(longer, bytes + 64, "arrays end at byte");
	expect_refused(block, bytes - 1, "case pack");
	free(longer);
	free(block);
	draft_free(d);
}

/* Free text: a change there is another text, not damage. */
static int is_free_text(size_t at, const char *id, const char *problem)
{
	return (at >= 24 + strlen(problem) + 1 && at < 24 + strlen(id)) || (at >= 216 && at < 220) ||
	       (at >= 280 && at <= 286) || (at >= 544 && at < 576);
}

static void test_flipped_head_and_entries(void **state)
{
	static const unsigned char flips[] = {0x01, 0x80, 0xff, 0x20};
	const char *id = "gru_L2_D2_T4_N3_I2_H3_bf_len_drop.init";
	draft *d = draft_of(problems[2], id);
	size_t bytes, head = 576 + d->count * sizeof(pack_entry);
	unsigned char *block = block_of(d, &bytes);
	size_t taken = 0;

	(void)state;
	for (size_t at = 0; at < head; at++)
		for (size_t f = 0; f < sizeof flips; f++) {
			gm_case *c = NULL;
			gm_error error = {0};

			block[at] ^= flips[f];
			if (case_from_pack(block, bytes, &c, &error) == GM_OK) {
				if (!is_free_text(at, id, problems[2]) && !(at >= 536 && at < 544))
					fail_msg("byte %zu changed by %02x was taken", at, flips[f]);
				taken++;
			}
			case_destroy(c);
			block[at] ^= flips[f];
		}
	printf("%zu bytes of head and entries, %zu changes were free text\n", head, taken);
	free(block);
	draft_free(d);
}

static void test_padding_must_be_zero(void **state)
{
	draft *d = draft_of(problems[0], "lstm_T3_N2_I4_H5.init");
	size_t bytes;
	unsigned char *block = block_of(d, &bytes);

	(void)state;
	for (size_t i = 0; i < d->count; i++) {
		size_t end = (size_t)(d->entry[i].offset + d->entry[i].bytes);

		if (end % 64 == 0)
			continue;
		block[end] = 1;
		expect_refused(block, bytes, "padding");
		block[end] = 0;
	}
	free(block);
	draft_free(d);
}

static void test_wrong_arrays(void **state)
{
	const char *id = "lstm_T3_N2_I4_H5.init";
	draft *d = draft_of(problems[0], id);
	pack_entry swap;
	size_t golden;

	(void)state;
	take_out(d, find(d, PACK_DATA, "input"));
	expect_draft_refused(d, "/input: expected, h_0 found");
	d = draft_of(problems[0], id);
	take_out(d, find(d, PACK_DATA, "bias_hh_l0"));
	expect_draft_refused(d, "/weights/bias_hh_l0: expected, grad_output found");
	d = draft_of(problems[0], id);
	take_out(d, find(d, PACK_GOLDEN64, "c_n"));
	expect_draft_refused(d, "/golden64/c_n: expected, grad_input found");
	d = draft_of(problems[0], id);
	take_out(d, find(d, PACK_GOLDEN64, "grad_c_0"));
	expect_draft_refused(d, "/golden64/grad_c_0: expected as golden32 has it");
	d = draft_of(problems[0], id);
	d->entry[0].dim[2] = 3;
	expect_draft_refused(d, "/input: rank 3, 96 bytes");
	d = draft_of(problems[0], id);
	d->entry[0].dtype = GM_DTYPE_F64;
	d->source[0] = d->memory[find(d, PACK_TRACE, "l0/gates")];
	expect_draft_refused(d, "/input: rank 3, 96 bytes, type 0 expected, rank 3, 192 bytes, type 1 found");
	d = draft_of(problems[0], id);
	golden = find(d, PACK_GOLDEN32, "h_n");
	swap = d->entry[golden];
	d->entry[golden] = d->entry[golden + 1];
	d->entry[golden + 1] = swap;
	expect_draft_refused(d, "\"h_n\" is none of this problem's arrays, or out of order");
	d = draft_of(problems[0], id);
	d->entry[1] = d->entry[0];
	d->source[1] = d->source[0];
	expect_draft_refused(d, "/weight_ih_l0: expected, input found");
	d = draft_of(problems[0], id);
	strcpy(d->entry[1].name, "h\n0");
	expect_draft_refused(d, "/weight_ih_l0: expected, h\\x0a0 found");
}

static void test_wrong_texts(void **state)
{
	static const struct {
		const char *id, *tags, *note, *word;
	} row[] = {
		{"lstm_T3_N2_I4_H6.init", "none", "n", "is called lstm_T3_N2_I4_H5.<regime>"},
		{"lstm_T3_N2_I4_H5", "none", "n", "is called"},
		{"lstm_T3_N2_I4_H5.", "none", "n", "is called"},
		{"lstm_T3_N2_I4_H5.a/b", "none", "n", "is not [A-Za-z0-9_.-]"},
		{"lstm_T3_N2_I4_H5.init", "", "n", "comma-separated"},
		{"lstm_T3_N2_I4_H5.init", "nan,,inf", "n", "comma-separated"},
		{"lstm_T3_N2_I4_H5.init", "none", "a\033[31m", "note is not UTF-8"},
		{"lstm_T3_N2_I4_H5.init", "none", "\xff", "note is not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		draft *d = draft_of(problems[0], row[i].id);

		d->head.tags = row[i].tags;
		d->head.note = row[i].note;
		expect_draft_refused(d, row[i].word);
	}
}

/* Heads that pack_write does not write. */
static void test_patched_heads(void **state)
{
	static const struct {
		const char *problem, *id, *spec;
		double dropout;
		const char *word;
	} row[] = {
		{"lstm_T3_N2_I4_H5", "lstm_L1_T3_N2_I4_H5.init", "lstm_L1_T3_N2_I4_H5", 0,
	     "lstm_T3_N2_I4_H5 expected, lstm_L1"},
		{"lstm_T3_N2_I4_H5", "lstm_T3_N2_I4_H5.init", "lstm_T3_N2_I4_H5/fwd", 0, "/fwd found"},
		{"lstm_T3_N2_I4_H5", "lstm_T3_N2_I4_H5.init", "perceptron", 0, "does not begin with"},
		{"lstm_T3_N2_I4_H5", "lstm_T3_N2_I4_H5.init", "lstm_T3_N2_I4_H5", 0.5, "dropout 0 expected, 0.5 found"},
		{"lstm_T3_N2_I4_H5", "lstm_T3_N2_I4_H5.init", "lstm_T3_N2_I4_H5", NAN, "dropout 0 expected, nan found"},
		{"gru_L2_T1_N1_I1_H1_drop", "gru_L2_T1_N1_I1_H1_drop.x", "gru_L2_T1_N1_I1_H1_drop", 0,
	     "between 0 and 1 expected"},
		{"gru_L2_T1_N1_I1_H1_drop", "gru_L2_T1_N1_I1_H1_drop.x", "gru_L2_T1_N1_I1_H1_drop", 1,
	     "between 0 and 1 expected"},
		{"gru_L2_T1_N1_I1_H1_drop", "gru_L2_T1_N1_I1_H1_drop.x", "gru_L2_T1_N1_I1_H1_drop", NAN,
	     "between 0 and 1 expected"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		draft *d = draft_of(row[i].problem, row[i].id);
		size_t bytes;
		unsigned char *block = block_of(d, &bytes);

		memset(block + 88, 0, 128);
		memcpy(block + 88, row[i].spec, strlen(row[i].spec));
		memcpy(block + 536, &row[i].dropout, sizeof row[i].dropout);
		expect_refused(block, bytes, row[i].word);
		free(block);
		draft_free(d);
	}
}

static void test_values(void **state)
{
	draft *d = draft_of(problems[0], "lstm_T3_N2_I4_H5.init");
	size_t bytes, bias = find(d, PACK_DATA, "bias_ih_l0");
	gm_case *c;
	gm_error error = {0};
	unsigned char *block;

	(void)state;
	((float *)d->memory[bias])[7] = NAN;
	block = block_of(d, &bytes);
	expect_refused(block, bytes, "/weights/bias_ih_l0[7]: finite value expected, NaN found");
	free(block);
	d->head.tags = "saturated,nan";
	block = block_of(d, &bytes);
	assert_int_equal(case_from_pack(block, bytes, &c, &error), GM_OK);
	assert_true(case_has_tag(c, "nan") && case_has_tag(c, "saturated"));
	assert_false(case_has_tag(c, "na") || case_has_tag(c, "an") || case_has_tag(c, ""));
	case_destroy(c);
	free(block);
	((float *)d->memory[bias])[7] = -INFINITY;
	expect_draft_refused(d, "Inf found");
	d = draft_of(problems[0], "lstm_T3_N2_I4_H5.init");
	((float *)d->memory[find(d, PACK_DATA, "input")])[22] = NAN;
	expect_draft_refused(d, "/input[2,1,2]: finite value expected, NaN found");
	d = draft_of(problems[2], "gru_L2_D2_T4_N3_I2_H3_bf_len_drop.init");
	((int64_t *)d->memory[find(d, PACK_DATA, "lengths")])[2] = 5;
	expect_draft_refused(d, "/lengths[2]: 1 to 4 expected, 5 found");
	d = draft_of(problems[2], "gru_L2_D2_T4_N3_I2_H3_bf_len_drop.init");
	((int64_t *)d->memory[find(d, PACK_DATA, "lengths")])[0] = 0;
	expect_draft_refused(d, "/lengths[0]: 1 to 4 expected, 0 found");
}

static void test_write_refuses(void **state)
{
	draft *d = draft_of(problems[0], "lstm_T3_N2_I4_H5.a_regime_whose_name_is_too_long_for_the_field_of_an_id");

	(void)state;
	assert_int_equal(pack_write(&d->head, d->entry, d->source, d->count, NULL), 0);
	d->head.id = "x";
	d->entry[0].dim[0] = UINT64_MAX / 2;
	assert_int_equal(pack_write(&d->head, d->entry, d->source, d->count, NULL), 0);
	draft_free(d);
}

static void test_from_file(void **state)
{
	char path[] = "/tmp/gatemark_pack_XXXXXX";
	draft *d = draft_of(problems[0], "lstm_T3_N2_I4_H5.init");
	size_t bytes;
	unsigned char *block = block_of(d, &bytes);
	gm_case *c;
	gm_error error = {0};
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, block, bytes), bytes);
	close(fd);
	assert_int_equal(case_from_file(path, &c, &error), GM_OK);
	case_destroy(c);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(case_from_file(path, &c, &error), GM_BAD_FIXTURE);
	assert_memory_equal(error.message, path, strlen(path));
	unlink(path);
	assert_int_equal(case_from_file(path, &c, &error), GM_BAD_FIXTURE);
	assert_int_equal(case_from_file("/", &c, &error), GM_BAD_FIXTURE);
	assert_non_null(strstr(error.message, "a folder found"));
	free(block);
	draft_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_optional_arrays_may_be_absent),
		cmocka_unit_test(test_cut_or_lengthened),
		cmocka_unit_test(test_flipped_head_and_entries),
		cmocka_unit_test(test_padding_must_be_zero),
		cmocka_unit_test(test_wrong_arrays),
		cmocka_unit_test(test_wrong_texts),
		cmocka_unit_test(test_patched_heads),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_write_refuses),
		cmocka_unit_test(test_from_file),
	};

	return cmocka_run_group_tests_name("casepack", tests, NULL, NULL);
}
