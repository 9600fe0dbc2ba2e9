/* SPDX-License-Identifier: MIT */
/* test_cli.c - the program as its users meet it: help, suggestions, and every exit code, each brought about for
 * real.  Precondition of the conformance rows: plug-ins that are known to be wrong (tests/plugins). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "committed.h"
#include "run_program.h"

#define CASE "lstm_T3_N2_I3_H4.init"
#define ONE  " --cases " CASE

static char *scratch; /* of the test at hand */

static int open_scratch(void **state)
{
	(void)state;
	scratch = scratch_open();
	return 0;
}

static int close_scratch(void **state)
{
	(void)state;
	scratch_close(scratch);
	return 0;
}

/* ---- tables ---- */

static void precedence_is_that_of_the_contract(void **state)
{
	static const int order[] = {130, 70, 7, 6, 2, 1, 3, 4, 5, 77, 0};
	(void)state;
	for (size_t a = 0; a < sizeof order / sizeof order[0]; a++)
		for (size_t b = 0; b < sizeof order / sizeof order[0]; b++)
			assert_int_equal(cli_worse(order[a], order[b]), order[a < b ? a : b]);
	assert_int_equal(cli_worse(9, 1), CLI_INTERNAL);
}

static void statuses_have_exit_codes(void **state)
{
	static const int code[] = {0, 2, 2, 5, 5, 70, 7, 6, 6, 1, 1, 1};
	(void)state;
	for (int status = GM_OK; status <= GM_TIMEOUT; status++)
		assert_int_equal(cli_exit_of((gm_status)status), code[status]);
	assert_int_equal(cli_exit_of((gm_status)99), CLI_INTERNAL);
}

static void the_nearest_name_is_near(void **state)
{
	static const char *const names[] = {"avx2-fused", "avx512-fused", "scalar", "fwd"};
	(void)state;
	assert_string_equal(cli_nearest("avx2-fsued", names, 4), "avx2-fused");
	assert_string_equal(cli_nearest("scaler", names, 4), "scalar");
	assert_string_equal(cli_nearest("fw", names, 4), "fwd");
	assert_null(cli_nearest("neon", names, 4));
	assert_null(cli_nearest("xyz", names, 4));
}

/* ---- help and usage ---- */

static void help_fits_one_screen(void **state)
{
	static const char *const verb[] = {"", "doctor", "list", "check", "bench", "choose", "report", "run", "fixture"};
	static const char *const form[] = {"gatemark %s --help", "gatemark %s -h", "gatemark %s -?", "gatemark help %s"};
	static const char *const exits[] = {"Exit: 0 ", " 2 usage", " 7 cannot write", " 70 internal"};
	(void)state;
	for (size_t k = 0; k < sizeof verb / sizeof verb[0]; k++) {
		outcome first = expect(CLI_OK, form[0], verb[k]);
		assert_true(count_of(first.out, "\n") <= 24);
		assert_true(widest_line(first.out) <= 80);
		for (size_t f = 0; f < sizeof form / sizeof form[0]; f++) {
			if (k == 0 && f == 2)
				continue;
			outcome o = expect(CLI_OK, form[f], verb[k]);
			assert_string_equal(o.out, first.out);
			assert_string_equal(o.err, "");
			outcome_free(&o);
		}
		for (char *end = first.out; (end = strchr(end, '\n')) != NULL;)
			*end = ' '; // a line may end within
		for (size_t e = 0; e < sizeof exits / sizeof exits[0]; e++)
			assert_in(first.out, exits[e]);
		outcome_free(&first);
	}
	outcome o = expect(CLI_USAGE, "gatemark help chekc");
	assert_in(o.err, "nearest is check");
	outcome_free(&o);
}

static void version_names_what_judges(void **state)
{
	static const char *const part[] = {"commit",   "sleef", "benchmark", "hdf5",      "ISAs",
	                                   "fixtures", "judge", "protocol",  "canonical", "ABI"};
	(void)state;
	outcome o = expect(CLI_OK, "gatemark version"), same = expect(CLI_OK, "gatemark --version");
	assert_string_equal(o.out, same.out);
	outcome_free(&same);
	for (size_t k = 0; k < sizeof part / sizeof part[0]; k++)
		assert_in(o.out, part[k]);
	outcome_free(&o);
}

static void what_does_not_exist_is_usage(void **state)
{
	static const struct {
		const char *command, *said;
	} row[] = {
		{"gatemark", "Usage"},
		{"gatemark chekc", "nearest is check"},
		{"gatemark --chekc", "first word is a verb"},
		{"gatemark check --fixtuers=x", "nearest is --fixtures"},
		{"gatemark check --zzzzzzz", "no option --zzzzzzz"},
		{"gatemark check --cases", "requires an argument"},
		{"gatemark check -Z", "invalid option"},
		{"gatemark check stray", "takes no argument"},
		{"gatemark check --variants scaler-plain", "nearest is scalar-plain"},
		{"gatemark check --variants scalar-plain,", "empty name"},
		{"gatemark check --cases lstm_T3_N2_I3_H4.inti", "nearest is lstm_T3_N2_I3_H4.init"},
		{"gatemark check --pass fdw", "nearest is fwd"},
		{"gatemark check --class f23", "nearest is f32"},
		{"gatemark list verbs", "no list verbs"},
		{"gatemark bench --seed 12x --quick", "--seed takes a number"},
		{"gatemark bench --seed 99999999999999999999", "--seed takes a number"},
		{"gatemark bench --problem lstm_T64_N1_I128/fwd", "--problem"},
		{"gatemark bench --shapes quikc", "nearest is quick"},
		{"gatemark bench --problem gru_T1_N1_I2_H2/fwd --variants scalar-plain --benchmark_nonsense=1",
	     "benchmark_nonsense"},
	};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		outcome o = expect(CLI_USAGE, "%s", row[k].command);
		assert_in(o.err, row[k].said);
		outcome_free(&o);
	}
}

/* ---- conformance ---- */

static void right_variants_pass(void **state)
{
	(void)state;
	outcome o = expect(CLI_OK, "gatemark check" ONE);
	assert_in(o.out, "CHECK  1 case, fwd+bwd, native");
	assert_in(o.out, "PASS\n");
	assert_true(widest_line(o.out) <= 80);
	assert_null(strchr(o.out, '\033'));
	outcome_free(&o);
	o = expect(CLI_OK, "gatemark check --no-fork --variants scalar-plain" ONE);
	outcome_free(&o);
	o = expect(CLI_OK, "gatemark check -q --variants scalar-plain" ONE); // the table is data
	assert_in(o.out, "CHECK  1 case, fwd+bwd, native");
	assert_string_equal(o.err, "");
	outcome_free(&o);
}

static void wrong_numbers_fail_with_a_reproducer(void **state)
{
	(void)state;
	outcome o = expect(CLI_WRONG, "gatemark check --plugin '%s' --junit %s/j.xml" ONE, plugin_path("wrong_numbers"),
	                   scratch);
	assert_in(o.out, "FAIL base: all results wrong, 1 case\n  " CASE "/fwd ");
	assert_in(o.out, " got ");
	assert_in(o.out, " err ");
	assert_in(o.out, "  first wrong ");
	assert_in(o.out, "\n  rerun: ");
	assert_in(o.out, "--cases " CASE " ");
	assert_true(widest_line(o.out) <= 80);
	outcome_free(&o);
	char *junit = file_text(scratch, "j.xml");
	assert_non_null(junit);
	assert_in(junit, "classname=\"lstm.fwd.base\" name=\"" CASE "\"");
	assert_in(junit, "<failure message=");
	assert_in(junit, "FAIL base: all results wrong, 1 case\n");
	assert_in(junit, "/gatemark check --cases " CASE " --variants base --pass fwd --plugin ");
	assert_null(strstr(junit, "<error"));
	free(junit);
}

static void a_crash_is_the_variants_failure(void **state)
{
	(void)state;
	outcome o = expect(CLI_WRONG, "gatemark check --variants base --plugin '%s' --junit %s/j.xml" ONE,
	                   plugin_path("forward_past_end"), scratch);
	assert_in(o.out, "past the end of");
	assert_in(o.out, "CHECK  1 case,");
	outcome_free(&o);
	char *junit = file_text(scratch, "j.xml");
	assert_non_null(junit);
	assert_in(junit, "<error message=");
	assert_null(strstr(junit, "<failure"));
	free(junit);
}

static void nothing_ran_is_5_or_77(void **state)
{
	(void)state;
	outcome o = expect(CLI_NOTHING, "gatemark check --cases 'zzz*'");
	assert_in(o.err, "no case matches zzz*");
	outcome_free(&o);
	o = expect(CLI_NOTHING, "gatemark check --variants 'zzz*'");
	outcome_free(&o);
	o = expect(CLI_SKIPPED, "gatemark check --plugin '%s'" ONE, plugin_path("absent_cpu"));
	assert_in(o.out, "SKIP");
	outcome_free(&o);
	o = expect(CLI_NOTHING, "gatemark check --variants base --plugin '%s'" ONE, plugin_path("absent_cpu"));
	assert_in(o.err, "cannot run: base needs");
	outcome_free(&o);
	o = expect(CLI_NOTHING, "gatemark check --plugin '%s'" ONE, plugin_path("refuses_all"));
	assert_in(o.err, "nothing ran");
	outcome_free(&o);
	o = expect(CLI_NOTHING, "gatemark bench --quick --variants base --problem gru_T1_N1_I2_H2/fwd --plugin '%s'",
	           plugin_path("refuses_all"));
	outcome_free(&o);
}

static void refused_input_is_6(void **state)
{
	(void)state;
	file_put(scratch, "text.h5", "this is no HDF5 file\n");
	file_put(scratch, "results.jsonl", "{\"kind\":\"run\",\"schema\":99,\"run\":\"0\"}\n");
	outcome o = expect(CLI_REFUSED, "gatemark check --fixtures %s/text.h5", scratch);
	assert_in(o.err, "text.h5");
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark check --allow-unlisted --fixtures %s/text.h5", scratch);
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark check --fixtures %s/missing", scratch);
	outcome_free(&o);
	o = expect(CLI_REFUSED, "export GATEMARK_FIXTURES=%s/missing; gatemark check", scratch);
	assert_in(o.err, "; --fixtures PATH says where");
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark check --plugin '%s/text.h5'" ONE, scratch);
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark check --plugin '%s'" ONE, plugin_path("wrong_major"));
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark check --plugin '%s'" ONE, plugin_path("many_variants"));
	assert_in(o.err, "it offers 65 variants, must be 1 to 64");
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark choose %s/results.jsonl", scratch);
	outcome_free(&o);
	o = expect(CLI_REFUSED, "gatemark report %s/results.jsonl -o %s/r.html", scratch, scratch);
	outcome_free(&o);
}

static void unlisted_fixtures_need_a_word(void **state)
{
	(void)state;
	outcome o = expect(CLI_REFUSED,
	                   "cp \"$GM_FIXTURES\"/core_lstm.h5 %s/mine.h5 && gatemark check --fixtures %s/mine.h5"
	                   " --variants scalar-plain --cases 'lstm_T1_*'",
	                   scratch, scratch);
	outcome_free(&o);
	o = expect(CLI_OK,
	           "gatemark check --fixtures %s/mine.h5 --allow-unlisted --variants scalar-plain --cases 'lstm_T1_*'",
	           scratch);
	outcome_free(&o);
}

/* ---- writing ---- */

static void what_cannot_be_written_is_7(void **state)
{
	static const char *const command[] = {
		"gatemark check -q --variants scalar-plain --json=/dev/full" ONE,
		"gatemark check -q --variants scalar-plain --json=%s/no/such/folder/r.jsonl" ONE,
		"gatemark check -q --variants scalar-plain --junit=%s/no/j.xml" ONE,
		"gatemark check -q --variants scalar-plain --json=%s" ONE, /* a folder */
		"gatemark check -q --variants scalar-plain --out=/dev/null" ONE,
		"gatemark list >/dev/full",
		"gatemark doctor >&-",
		"gatemark run -q --quick --out /dev/null/x" ONE,
	};
	(void)state;
	for (size_t k = 0; k < sizeof command / sizeof command[0]; k++) {
		outcome o = expect(CLI_NO_WRITE, command[k], scratch);
		assert_in(o.err, "cannot");
		outcome_free(&o);
	}
}

/* Of JUnit there is what says that the run did not end. */
static void an_old_file_stays_when_the_disk_is_full(void **state)
{
	static const char *const name[] = {"r.jsonl", "j.xml"};
	static const char *const option[] = {"json", "junit"};
	static const char *const left[] = {"old\n", "message=\"STOPPED: 0 of " COMMITTED_CASES " cases\""};
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		file_put(scratch, name[k], "old\n");
		outcome o = expect(CLI_NO_WRITE, "ulimit -f 1; gatemark check -q --%s=%s/%s --plugin '%s'", option[k], scratch,
		                   name[k], plugin_path("absent_cpu")); // no worker: their memory files have the same limit
		outcome_free(&o);
		char *text = file_text(scratch, name[k]);
		assert_in(text, left[k]);
		free(text);
	}
	outcome o = expect(CLI_OK, "test \"$(ls -A %s | wc -l)\" -eq 2", scratch); // nothing temporary is left
	outcome_free(&o);
}

static void a_reader_that_goes_away_is_quiet(void **state)
{
	(void)state;
	outcome o = expect(CLI_OK, "{ gatemark check --json --cases 'lstm*'; echo $? >%s/code; } | head -c 1 >/dev/null",
	                   scratch);
	outcome_free(&o);
	char *code = file_text(scratch, "code");
	assert_string_equal(code, "7\n");
	free(code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(precedence_is_that_of_the_contract),
		cmocka_unit_test(statuses_have_exit_codes),
		cmocka_unit_test(the_nearest_name_is_near),
		cmocka_unit_test(help_fits_one_screen),
		cmocka_unit_test(version_names_what_judges),
		cmocka_unit_test(what_does_not_exist_is_usage),
		cmocka_unit_test(right_variants_pass),
		cmocka_unit_test_setup_teardown(wrong_numbers_fail_with_a_reproducer, open_scratch, close_scratch),
		cmocka_unit_test_setup_teardown(a_crash_is_the_variants_failure, open_scratch, close_scratch),
		cmocka_unit_test(nothing_ran_is_5_or_77),
		cmocka_unit_test_setup_teardown(refused_input_is_6, open_scratch, close_scratch),
		cmocka_unit_test_setup_teardown(unlisted_fixtures_need_a_word, open_scratch, close_scratch),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_is_7, open_scratch, close_scratch),
		cmocka_unit_test_setup_teardown(an_old_file_stays_when_the_disk_is_full, open_scratch, close_scratch),
		cmocka_unit_test_setup_teardown(a_reader_that_goes_away_is_quiet, open_scratch, close_scratch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
