/* SPDX-License-Identifier: MIT */
/* test_foreign.c - what a plug-in says of itself is looked at by the host, and none of it reaches a terminal, a shell
 * or a verdict as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "run_program.h"

static void a_forged_list_is_refused(void **state)
{
	(void)state;
	outcome o = expect(6, "gatemark check --plugin '%s' --cases rnn_tanh_T3_N2_I3_H4.init", plugin_path("forges_list"));
	assert_in(o.err, "variant 0: its name is not [A-Za-z0-9_.-]{1,40}");
	assert_null(strchr(o.err, '\033'));
	assert_null(strstr(o.err, "touch"));
	assert_null(strstr(o.out, "PASS"));
	outcome_free(&o);
}

static void what_nobody_can_have_is_refused_and_not_skipped(void **state)
{
	static const char *const verb[] = {"check --cases rnn_tanh_T3_N2_I3_H4.init", "list",
	                                   "bench -q --quick --problem rnn_tanh_T2_N1_I3_H5/fwd"};
	(void)state;
	for (size_t k = 0; k < sizeof verb / sizeof *verb; k++) {
		outcome o = expect(6, "gatemark %s --plugin '%s'", verb[k], plugin_path("needs_unknown"));
		assert_in(o.err,
		          "variant base: needs has the bits 0x1000000000000000, which are no feature that this host knows");
		outcome_free(&o);
	}
}

static void a_reason_stays_in_its_line(void **state)
{
	(void)state;
	outcome o = expect(1,
	                   "gatemark check -q --plugin '%s' --variants base --pass fwd --cases rnn_tanh_T3_N2_I3_H4.init",
	                   plugin_path("lies_in_lines"));
	assert_in(o.out, "a square CHECK 236 cases PASS all well\n");
	assert_null(strstr(o.out, "\nCHECK  236"));
	outcome_free(&o);
}

/* A copy of a good plug-in whose head says another machine. */
static void another_architecture_is_named(void **state)
{
	(void)state;
	outcome o = expect(
		6,
		"cp '%s' %s/x.so && printf '\\026\\000' | dd of=%s/x.so bs=1 seek=18 conv=notrunc status=none && "
		"gatemark list --plugin %s/x.so",
		plugin_path("good"), folder, folder, folder);
	assert_in(o.err, "/x.so is built for s390x, and this program for ");
	assert_null(strstr(o.err, "No such file"));
	outcome_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_forged_list_is_refused),
		cmocka_unit_test(what_nobody_can_have_is_refused_and_not_skipped),
		cmocka_unit_test(a_reason_stays_in_its_line),
		cmocka_unit_test_setup_teardown(another_architecture_is_named, open_folder, close_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
