/* SPDX-License-Identifier: MIT */
/* test_kills.c - a check and a run killed at twenty moments of their life, and interrupted: what they leave is
 * reported, as PASS only where the file holds the whole run. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "committed.h"
#include "run_program.h"

enum { MOMENTS = 20 };
#define SOME   " --fixtures some.packs --allow-unlisted --variants 'scalar*' --out o" /* read in no time */
#define REPORT "gatemark report -q $f -o r.html --markdown r.md --junit j.xml"

/* No file of the report says PASS, all of them say what it is instead. */
static void assert_no_pass(const char *word)
{
	char title[64];
	char *page = file_text(folder, "r.html"), *markdown = file_text(folder, "r.md"),
		 *junit = file_text(folder, "j.xml");
	snprintf(title, sizeof title, "## Gatemark: %s\n\n**", word);
	assert_in(markdown, title);
	snprintf(title, sizeof title, "<title>Gatemark: %s, ", word);
	assert_in(page, title);
	assert_int_equal(count_of(page, "PASS"), 0);
	assert_int_equal(count_of(markdown, "PASS"), 0);
	assert_in(junit, "type=\"incomplete\"");
	assert_int_equal(count_of(junit, "errors=\"0\"><"), 0);
	free(page);
	free(markdown);
	free(junit);
}

/* Kills it after so many seconds and reports on what it left: 1 if that is all of it, 0 if it is a part, -1 if there is
 * no record yet. */
static int kill_at(const char *command, double seconds)
{
	outcome o = expect(0,
	                   "cd %s && rm -rf o && mkdir o\n"
	                   "\"$GM_BIN\"/%s >/dev/null 2>&1 & p=$!; sleep %.3f; kill -KILL $p 2>/dev/null; wait $p\n"
	                   "f=o/results.jsonl; test -e $f || f=$f.partial; test -s $f || exit 0\n"
	                   "grep -c '\"kind\":\"end\"' $f; " REPORT "; echo $?",
	                   folder, command, seconds);
	int ends = -1, code = -1;
	if (o.out[0] != '\0')
		assert_int_equal(sscanf(o.out, "%d %d", &ends, &code), 2);
	if (ends >= 0 && code != (ends ? 0 : 4))
		fail_msg("killed after %.3f s: report ends with %d\n%s", seconds, code, o.err);
	outcome_free(&o);
	char *junit = ends == 0 ? file_text(folder, "o/junit.xml") : NULL;
	if (ends == 0)
		assert_no_pass("STOPPED");
	if (junit) // its own, written when it began
		assert_in(junit, "type=\"incomplete\"");
	free(junit);
	return ends;
}

static void kill_often(const char *command)
{
	int seen[3] = {0};
	outcome o = expect(0, "gatemark fixture pack \"$GM_FIXTURES\" --cases 'rnn_tanh_T?_*' -o %s/some.packs", folder);
	outcome_free(&o);
	const double begun = clock_now();
	o = expect(0, "cd %s && \"$GM_BIN\"/%s >/dev/null", folder, command);
	const double took = clock_now() - begun;
	outcome_free(&o);
	for (int k = 0; k < MOMENTS; k++)
		seen[1 + kill_at(command, took * (k + 0.5) / MOMENTS)]++;
	print_message("%d without a record, %d in part, %d whole, of %.1f s\n", seen[0], seen[1], seen[2], took);
	assert_true(seen[1] >= MOMENTS / 4);
}

static void a_killed_check_does_not_pass(void **state)
{
	(void)state;
	kill_often("gatemark check -q --junit o/junit.xml" SOME);
}

static void a_killed_run_does_not_pass(void **state)
{
	(void)state;
	file_put(folder, "two.txt", "rnn_tanh_T2_N1_I3_H5/fwd\nrnn_tanh_T3_N1_I3_H5/fwd\n");
	kill_often("gatemark run -q --quick --shapes two.txt" SOME);
}

/* What an earlier run left in the folder is not taken for a killed one's. */
static void no_report_of_an_earlier_run_stays(void **state)
{
	(void)state;
	outcome o = expect(1,
	                   "cd %s && mkdir o && echo PASS >o/report.html && cp o/report.html o/report.md && "
	                   "cp o/report.html o/junit.xml && cp o/report.html o/choice.json\n"
	                   "\"$GM_BIN\"/gatemark run -q --quick --out o >/dev/null 2>&1 & p=$!\n"
	                   "until grep -q STOPPED o/junit.xml; do sleep 0.02; done; kill -KILL $p; wait $p\n"
	                   "grep -l PASS o/*",
	                   folder);
	outcome_free(&o);
	o = expect(6, "cd %s && mkdir out && mv o/results.jsonl.partial out && gatemark report", folder);
	assert_in(o.err, "out/results.jsonl.partial");
	outcome_free(&o);
}

/* Once, though the signal comes to the process and to its group, as timeout(1) sends it; a busy machine may take so
 * long between the two that it is tried again. */
static void an_interrupted_check_is_stopped(void **state)
{
	(void)state;
	outcome o = expect(130,
	                   "cd %s; for k in 1 2 3; do rm -f r.jsonl*\n"
	                   "setsid \"$GM_BIN\"/gatemark check --json=r.jsonl --junit c.xml >said & p=$!\n"
	                   "until grep -q '\"kind\":\"check\"' r.jsonl.partial 2>/dev/null; do sleep 0.02; done\n"
	                   "kill -INT $p; sleep 0.01; kill -INT -$p; wait $p; code=$?; test ! -e r.jsonl || break; done\n"
	                   "cat said; f=r.jsonl; " REPORT "; test $? = 4 || exit 99\n"
	                   "cmp c.xml j.xml || exit 98; exit $code",
	                   folder);
	assert_in(o.out, " STOPPED\n  ");
	assert_in(o.out, " of " COMMITTED_CASES " cases\n");
	outcome_free(&o);
	assert_no_pass("STOPPED");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_killed_check_does_not_pass),
		IN_FOLDER(a_killed_run_does_not_pass),
		IN_FOLDER(no_report_of_an_earlier_run_stays),
		IN_FOLDER(an_interrupted_check_is_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
