/* SPDX-License-Identifier: MIT */
/* test_hostile_runs.c - the program against plug-ins that go for it (plugins/hostile.c): a failure that names the deed,
 * exit 1, and what stands beside them is judged and timed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/calling.h"
#include "base/process.h"
#include "run_program.h"

#define CASES "--cases rnn_tanh_T3_N2_I3_H4.init"

static void attack_fails(void **state)
{
	(void)state;
	if (PROCESS_SANITIZED) // nothing would stop it
		skip();
	outcome o = expect(1, "gatemark check -q --plugin %s --variants kill-judge,honest " CASES " --json=%s",
	                   plugin_path("hostile"), in_folder("r.jsonl"));
	char *records = file_text(folder, "r.jsonl");
	assert_in(o.out, "  honest              2    0");
	assert_in(o.out, "SIGSYS in forward: it tried to signal another process");
	assert_int_equal(count_of(records, "\"sandbox\":\"full\""), 4);
	free(records);
	outcome_free(&o);
}

/* No failure, but it is said. */
static void bad_manners_are_noted(void **state)
{
	static const char note[] = "note: dirty-uppers leaves upper halves of vector registers in use (no vzeroupper)";
	(void)state;
	outcome o = expect(0, "gatemark check -q --plugin %s --variants dirty-uppers,honest " CASES " --json=%s",
	                   plugin_path("hostile"), in_folder("r.jsonl"));
	char *records = file_text(folder, "r.jsonl");
	int seen = 0; // does this CPU show it?
	for (size_t k = 0; calling_slots[k].name; k++)
		seen |= calling_slots[k].rule == CALLING_MANNERS && (calling_observable() >> k & 1);
	assert_int_equal(count_of(o.out, note), seen);
	assert_int_equal(count_of(records, "\"upper_halves\":true"), 2 * seen);
	free(records);
	outcome_free(&o);
}

/* What outlived a run would be ours now. */
static void assert_nobody_left(void) { assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); }

/* Where system calls are not filtered. */
static void left_process_fails(void **state)
{
	(void)state;
	outcome o = expect(
		1, "$GM_BIN/without_filter $GM_BIN/gatemark check -q --plugin %s --variants leave-daemon,honest " CASES,
		plugin_path("hostile"));
	assert_in(o.out, "  honest              2    0");
	assert_in(o.out, "forward left 1 process");
	assert_nobody_left();
	outcome_free(&o);
	o = expect(
		1,
		"$GM_BIN/without_filter $GM_BIN/gatemark bench -q --quick --plugin %s --variants leave-daemon,honest --problem "
		"rnn_tanh_T3_N2_I3_H4/fwd",
		plugin_path("hostile"));
	assert_in(o.out, "forward left 1 process");
	assert_nobody_left();
	outcome_free(&o);
	o = expect(6, "HOSTILE_LOAD=leave-daemon $GM_BIN/without_filter $GM_BIN/gatemark check -q --plugin %s " CASES,
	           plugin_path("hostile"));
	assert_in(o.err, "loading the plug-in left 1 process");
	assert_nobody_left();
	outcome_free(&o);
}

int main(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(attack_fails, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(bad_manners_are_noted, open_folder, close_folder),
		cmocka_unit_test(left_process_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
