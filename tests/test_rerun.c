/* SPDX-License-Identifier: MIT */
/* test_rerun.c - the command that repeats a failure: composed in one place, quoted for a shell, the same in every
 * output, and it does repeat the failure. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "rerun.h"
#include "run_program.h"

#define CASE "lstm_T3_N2_I3_H4.init"

static void every_option_that_matters_is_named_and_quoted(void **state)
{
#define VARIANT_OF(more) "{\"case\":\"c.init\",\"variant\":\"v\",\"pass\":\"bwd\"" more "}"
	static const struct {
		const char *check, *options, *command;
	} row[] = {
		{VARIANT_OF(""), "{}", "--variants v --pass bwd"},
		{VARIANT_OF(""), "[]", "--variants v --pass bwd"},
		{VARIANT_OF(""), "{\"; rm\":\"x\",\"class\":3}", "--variants v --pass bwd --class"},
		{VARIANT_OF(",\"plugin\":\"./it's.so\""),
	     "{\"allow-unlisted\":true,\"class\":\"f32-abs\",\"fixtures\":\"a b.h5\"}",
	     "--variants v --pass bwd --plugin './it'\\''s.so' --fixtures 'a b.h5' --class f32-abs --allow-unlisted"},
		{VARIANT_OF(""), "{\"executor\":\"q=qemu -L / w\"}", "--variants v --pass bwd --executor 'q=qemu -L / w'"},
		{VARIANT_OF(",\"oracle\":\"scalar_fma\""), "{}", "--variants scalar_fma,v --pass bwd"},
		{VARIANT_OF(",\"oracle\":\"scalar_fma\",\"plugin\":\"./p.so\""), "{}", "--variants v --pass bwd --plugin ./p.so"},
		{VARIANT_OF(",\"oracle\":\"base\",\"plugin\":\"./p.so\""), "{}", "--variants base,v --pass bwd --plugin ./p.so"},
	};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		json_t *check = json_loads(row[k].check, 0, NULL), *options = json_loads(row[k].options, 0, NULL);
		char *command = rerun_check(check, options);
		assert_int_equal(strncmp(command, "gatemark check --cases c.init ", 30), 0);
		assert_string_equal(command + 30, row[k].command);
		free(command);
		json_decref(check);
		json_decref(options);
	}
}

static void assert_in(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text ? text : "");
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
	o = expect(0, "cd %s && gatemark report r.jsonl -o r.html --markdown r.md && sed 's/&#39;/\"/g' r.html", folder);
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
