/* SPDX-License-Identifier: MIT */
/* test_rerun.c - the command that repeats a failure: composed in one place, quoted for a shell, the same in every
 * output, and it does repeat the failure. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/rerun.h"
#include "run_program.h"

#define CASE "lstm_T3_N2_I3_H4.init"

static void every_option_that_matters_is_named_and_quoted(void **state)
{
	static const struct {
		char *plugin;
		const char *oracle;
		rerun_options options;
		const char *command;
	} row[] = {
		{NULL, "", {0}, "--variants v --pass bwd"},
		{"./it's.so",
	     "",
	     {.allow_unlisted = 1, .accuracy_class = "f32-abs", .fixtures = "a b.h5"},
	     "--variants v --pass bwd --plugin './it'\\''s.so' --fixtures 'a b.h5' --class f32-abs --allow-unlisted"},
		{NULL, "", {.executor = "q=qemu -L / w"}, "--variants v --pass bwd --executor 'q=qemu -L / w'"},
		{NULL, "scalar-oracle", {0}, "--variants scalar-oracle,v --pass bwd"},
		{"./p.so", "scalar-oracle", {0}, "--variants v --pass bwd --plugin ./p.so"},
		{"./p.so", "base", {0}, "--variants base,v --pass bwd --plugin ./p.so"},
	};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		check_result check = {.case_id = "c.init", .variant = "v", .pass = PASS_BWD, .plugin = row[k].plugin};
		strcpy(check.oracle, row[k].oracle);
		char *command = rerun_check(&check, &row[k].options);
		assert_int_equal(strncmp(command, "gatemark check --cases c.init ", 30), 0);
		assert_string_equal(command + 30, row[k].command);
		free(command);
	}
}

/* A plug-in that is wrong, a set of one's own in a folder with a blank, an option of each kind. */
static void all_outputs_say_the_same_and_it_repeats_the_failure(void **state)
{
	char *folder = scratch_open(), command[1024], part[1100];
	(void)state;
	outcome o = expect(0, "cd %s && mkdir 'my set' && cp \"$GM_FIXTURES\"/core.h5 'my set'", folder);
	outcome_free(&o);
	o = expect(1,
	           "cd %s && gatemark check --cases " CASE " --fixtures 'my set/core.h5' --allow-unlisted --class f32 "
	           "--variants base --plugin '%s' --junit j.xml --json=r.jsonl && false",
	           folder, plugin_path("wrong_numbers"));
	snprintf(command, sizeof command,
	         "gatemark check --cases " CASE
	         " --variants base --pass fwd --plugin %s --fixtures 'my set/core.h5' --class f32 "
	         "--allow-unlisted",
	         plugin_path("wrong_numbers"));
	snprintf(part, sizeof part, "| rerun: %s\n", command);
	assert_in(o.out, part);
	outcome_free(&o);
	o = expect(
		1, "cd %s && gatemark report r.jsonl -o r.html --markdown r.md; code=$?; sed 's/&#39;/\"/g' r.html; exit $code",
		folder);
	for (char *c = command; *c; c++)
		if (*c == '\'')
			*c = '"';
	assert_in(o.out, command);
	outcome_free(&o);
	o = expect(0, "cd %s && sed 's/\\\\//g; s/'\\''/\"/g' r.md j.xml", folder);
	assert_int_equal(count_of(o.out, command), 2);
	outcome_free(&o);
	o = expect(1, "cd %s && %s", folder, command);
	assert_in(o.out, "FAIL " CASE "/fwd ");
	outcome_free(&o);
	scratch_close(folder);
}

/* A number where NaN is wanted: the commonest reason is said. */
static void special_values_have_a_hint(void **state)
{
	(void)state;
	outcome o = expect(1, "gatemark check --cases lstm_T4_N2_I5_H17.nan_weight_hh --pass fwd --plugin '%s'",
	                   plugin_path("wrong_numbers"));
	assert_in(o.out, " want NaN err NaN");
	assert_in(o.out, "; special values: an absent h_0 or c_0 counts as zeros, and 0 * NaN = NaN | rerun: ");
	outcome_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_that_matters_is_named_and_quoted),
		cmocka_unit_test(all_outputs_say_the_same_and_it_repeats_the_failure),
		cmocka_unit_test(special_values_have_a_hint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
