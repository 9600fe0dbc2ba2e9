/* SPDX-License-Identifier: MIT */
/* test_missing.c - memory, descriptors and files that a machine or a variant does without: who is told so, and what the
 * sentence calls it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "run_program.h"

#define CASES "rnn_tanh_T3_N2_I3_H4.init,rnn_tanh_T3_N9_I3_H65.init"

/* ---- of a variant ---- */

static void a_variant_that_wants_too_much_fails_alone(void **state)
{
	(void)state;
	outcome o = expect(1, "gatemark check -q --plugin '%s' --cases " CASES " --json=%s", plugin_path("huge_sizes"),
	                   in_folder("r.jsonl"));
	assert_in(o.out, "MiB of memory");
	outcome_free(&o);
	char *text = file_text(folder, "r.jsonl");
	assert_int_equal(count_of(text, "\"kind\":\"check\""), 8); // of both variants
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_variant_that_wants_too_much_fails_alone, open_folder, close_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
