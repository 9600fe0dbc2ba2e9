/* SPDX-License-Identifier: MIT */
/* test_layout.c - the arrays of a case have the shapes that torch.nn documents, written out by hand here; and which
 * texts may stand in a fixture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "casepack_draft.h"
#include "text.h"

static void expect_slot(const pack_layout *layout, const char *path, const char *shape)
{
	const pack_slot *slot = pack_layout_find(layout, path);
	char text[96] = "";

	if (!slot)
		fail_msg("no %s", path);
	for (uint32_t i = 0; i < slot->entry.rank; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i ? " " : "", (unsigned)slot->entry.dim[i]);
	assert_string_equal(text, shape);
}

static void test_layout(void **state)
{
	draft *lstm = draft_of("lstm_L3_D2_T2_N6_I3_H4_P2_nobias_drop", "x"),
		  *gru = draft_of("gru_D2_T7_N3_I2_H5_bf_len", "x");
	draft *unb = draft_of("rnn_tanh_T5_N1_I2_H3_unb", "x");

	(void)state;
	expect_slot(lstm->layout, "input", "2 6 3");
	expect_slot(lstm->layout, "h_0", "6 6 2");
	expect_slot(lstm->layout, "c_0", "6 6 4");
	expect_slot(lstm->layout, "dropout_mask_l1", "2 6 4");
	assert_null(pack_layout_find(lstm->layout, "dropout_mask_l2"));
	expect_slot(lstm->layout, "weights/weight_ih_l0_reverse", "16 3");
	expect_slot(lstm->layout, "weights/weight_ih_l2", "16 4");
	expect_slot(lstm->layout, "weights/weight_hr_l2_reverse", "2 4");
	assert_null(pack_layout_find(lstm->layout, "weights/bias_ih_l0"));
	expect_slot(lstm->layout, "golden64/grad_weight_hh_l1", "16 2");
	expect_slot(lstm->layout, "trace/l2_reverse/dgates", "2 6 4 4");
	expect_slot(lstm->layout, "trace/l0/h", "2 6 2");
	expect_slot(lstm->layout, "trace/l0/dc", "2 6 4");
	assert_null(pack_layout_find(lstm->layout, "trace/l0/a_nh"));
	expect_slot(gru->layout, "input", "3 7 2");
	expect_slot(gru->layout, "lengths", "3");
	expect_slot(gru->layout, "golden32/output", "3 7 10");
	expect_slot(gru->layout, "trace/l0_reverse/a_nh", "7 3 5");
	assert_null(pack_layout_find(gru->layout, "c_0"));
	expect_slot(unb->layout, "grad_output", "5 3");
	expect_slot(unb->layout, "grad_h_n", "1 3");
	expect_slot(unb->layout, "trace/l0/gates", "5 1 1 3");
	assert_true(pack_layout_is_folder(unb->layout, "trace/l0"));
	assert_false(pack_layout_is_folder(unb->layout, "trace/l"));
	assert_false(pack_layout_is_folder(unb->layout, "input"));
	draft_free(lstm);
	draft_free(gru);
	draft_free(unb);
}

static void test_texts(void **state)
{
	static const char *const bad_lines[] = {"\n",           "\x7f",     "\xc2\x85",         "\xc0\xaf",
	                                        "\xed\xa0\x80", "\xe2\x82", "\xf5\x80\x80\x80", "\x80"};
	static const char *const good_lines[] = {"", "plain", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
	char shown[32];

	(void)state;
	for (size_t i = 0; i < sizeof bad_lines / sizeof *bad_lines; i++)
		assert_false(text_is_line(bad_lines[i], strlen(bad_lines[i])));
	for (size_t i = 0; i < sizeof good_lines / sizeof *good_lines; i++)
		assert_true(text_is_line(good_lines[i], strlen(good_lines[i])));
	assert_true(text_is_name("a.b-C_9") && !text_is_name("..") && !text_is_name(".a") && !text_is_name("a/b") &&
	            !text_is_name(""));
	assert_string_equal(text_escape(shown, sizeof shown, "a\033[1m\\\n", 7), "a\\x1b[1m\\\\x0a");
	assert_string_equal(text_escape(shown, 6, "ab\n", 3), "ab");
	assert_string_equal(text_escape(shown, 7, "ab\n", 3), "ab\\x0a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
