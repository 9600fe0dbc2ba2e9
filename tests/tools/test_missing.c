/* SPDX-License-Identifier: MIT */
/* test_missing.c - memory, descriptors and files that a machine or a variant does without: who is told so, and what the
 * sentence calls it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/process.h"
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

/* What the limits of the process deny is not the machine's lack of it. */
static void so_does_one_whose_memory_is_denied(void **state)
{
	(void)state;
	if (PROCESS_SANITIZED)
		skip();
	outcome o = expect(1, "ulimit -v 1500000; gatemark check -q --plugin '%s' --cases " CASES " --json=%s",
	                   plugin_path("wants_gigabytes"), in_folder("r.jsonl"));
	outcome_free(&o);
	char *text = file_text(folder, "r.jsonl");
	assert_int_equal(count_of(text, "\"kind\":\"check\""), 8);
	assert_int_equal(count_of(text, "cannot map an arena of") + count_of(text, "of memory (3/4 of it"), 4);
	free(text);
}

/* ---- of the machine ---- */

/* Whatever the limit, the committed files are not what is wrong: the run is whole, or says what it lacks; 127: not even
 * the libraries could be loaded. */
static void under_every_limit(const char *letter, const int *limits, const char *says)
{
	char command[200];
	for (; *limits; limits++) {
		snprintf(command, sizeof command,
		         "ulimit -%s %d && exec \"$GM_BIN\"/gatemark check -q --variants scalar-plain --cases " CASES, letter,
		         *limits);
		outcome o = run_shell(command);
		if (o.code != 0 && o.code != 127 && !(o.code == 70 && strstr(o.err, says)))
			fail_msg("%s\nended with %d\n%s%s", command, o.code, o.out, o.err);
		assert_true(o.code != 127 || limits[1]);
		outcome_free(&o);
	}
}

static void too_little_memory_is_no_damage(void **state)
{
	(void)state;
	if (PROCESS_SANITIZED)
		skip();
	under_every_limit("v", (const int[]){70000, 76000, 78000, 80000, 90000, 98000, 110000, 140000, 0}, "no memory");
}

static void too_few_descriptors_are_no_damage(void **state)
{
	(void)state;
	under_every_limit("n", (const int[]){4, 6, 8, 11, 13, 14, 16, 0}, "");
	outcome o = expect(70, "ulimit -n 8; gatemark check -q --variants scalar-plain");
	assert_in(o.err, "too few descriptors (ulimit -n is 8)");
	outcome_free(&o);
}

static void no_program_of_workers(void **state)
{
	static const char *const verb[] = {"check -q --variants scalar-plain --cases rnn_tanh_T3_N2_I3_H4.init",
	                                   "bench -q --quick --problem rnn_tanh_T2_N1_I3_H5/fwd", "list --plugin"};
	(void)state;
	outcome o = expect(0, "cp \"$GM_BIN\"/gatemark %s", folder);
	outcome_free(&o);
	for (size_t k = 0; k < sizeof verb / sizeof *verb; k++) {
		o = expect(70, "GATEMARK_FIXTURES=\"$GM_FIXTURES\" %s/gatemark %s %s", folder, verb[k],
		           k == 2 ? plugin_path("good") : "");
		assert_in(o.err, "cannot start ");
		assert_in(o.err, "/gatemark-worker: No such file or directory");
		assert_null(strstr(o.out, "FAILED"));
		outcome_free(&o);
	}
}

/* Needs a mount namespace, which root has and others may. */
static void no_proc(void **state)
{
	(void)state;
	if (PROCESS_SANITIZED) // whose runtimes want /proc themselves
		skip();
	outcome o = run_shell("unshare -m sh -c 'mount -t tmpfs none /proc'");
	const int able = o.code == 0;
	outcome_free(&o);
	if (!able)
		skip();
	o = expect(70, "unshare -m sh -c 'mount -t tmpfs none /proc; exec \"$GM_BIN\"/gatemark check -q --fixtures "
	               "\"$GM_FIXTURES\" --variants scalar-plain --cases rnn_tanh_T3_N2_I3_H4.init'");
	assert_in(o.err, "/proc/self/exe: No such file or directory");
	outcome_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_variant_that_wants_too_much_fails_alone, open_folder, close_folder),
		cmocka_unit_test_setup_teardown(so_does_one_whose_memory_is_denied, open_folder, close_folder),
		cmocka_unit_test(too_little_memory_is_no_damage),
		cmocka_unit_test(too_few_descriptors_are_no_damage),
		cmocka_unit_test_setup_teardown(no_program_of_workers, open_folder, close_folder),
		cmocka_unit_test(no_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
