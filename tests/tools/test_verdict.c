/* SPDX-License-Identifier: MIT */
/* test_verdict.c - sets of records and what they amount to: the word, why, and that page, Markdown and JUnit say the
 * same.  No set that is not whole may be called PASS by any of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/session.h"
#include "choose/choose.h"
#include "record/verdict.h"
#include "report/report.h"
#include "result_lines.h"

#define P               "lstm_T8_N1_I4_H4/fwd"
#define KIND(kind, run) "{\"schema\":1,\"kind\":\"" kind "\",\"run\":\"" run "\","
#define RUN(run, machine, asked)                                                                      \
	KIND("run", run)                                                                                  \
	"\"time\":\"" run "\",\"machine\":{\"cpu\":\"CPU " machine "\",\"fingerprint\":\"" machine "\"}," \
	"\"asked\":{" asked "}}\n"
#define CHECK(run, name, status)                                                                                     \
	KIND("check", run)                                                                                               \
	"\"case\":\"" name "\",\"problem\":\"lstm_T1_N1_I1_H1\",\"variant\":\"v\",\"pass\":\"fwd\",\"status\":\"" status \
	"\"}\n"
#define BENCH(run, problem, status, code)                                                                         \
	KIND("bench", run)                                                                                            \
	"\"problem\":\"" problem "\",\"variant\":\"v\",\"status\":\"" status "\",\"code\":\"" code "\",\"p50_ns\":5," \
	"\"judged\":\"budget\"}\n"
#define END(run, code, more) KIND("end", run) "\"exit_code\":" #code more "}\n"
#define COUNTS(counts)       ",\"counts\":{" counts "}"
#define REFUSED(run)         KIND("refused", run) "\"what\":\"fixture\",\"path\":\"bad.h5\",\"reason\":\"cut off\"}\n"

#define CASES(n)   "\"cases\":" #n
#define GOOD       CHECK("1", "a", "pass") CHECK("1", "b", "pass")
#define TWO_PASSED END("1", 0, COUNTS("\"pass\":2,\"cases\":2"))

static const struct row {
	const char *records;
	verdict_word word;
	const char *why;
} rows[] = {
	{RUN("1", "m", CASES(2)) GOOD TWO_PASSED, VERDICT_PASS, ""},
	{RUN("1", "m", "") GOOD END("1", 0, ""), VERDICT_PASS, ""}, /* of a program that did not say what was asked */
	{RUN("1", "m", CASES(2)) CHECK("1", "a", "pass") CHECK("1", "b", "fail") END("1", 1, ""), VERDICT_FAIL, ""},
	/* killed, interrupted, broken off, cut off */
	{RUN("1", "m", CASES(2)), VERDICT_STOPPED, "0 of 2 cases"},
	{RUN("1", "m", CASES(3)) GOOD, VERDICT_STOPPED, "2 of 3 cases"},
	{RUN("1", "m", CASES(2)) GOOD, VERDICT_STOPPED, "2 of 2 cases"},
	{RUN("1", "m", CASES(2) ",\"problems\":9") GOOD BENCH("1", "p", "timed", ""), VERDICT_STOPPED,
     "2 of 2 cases, 1 of 9 problems"},
	{RUN("1", "m", "") GOOD, VERDICT_STOPPED, "1 of 1 run did not end"},
	{RUN("1", "m", CASES(3)) GOOD END("1", 130, ",\"interrupted\":true"), VERDICT_STOPPED, "2 of 3 cases"},
	{RUN("1", "m", CASES(2)) GOOD END("1", 70, ""), VERDICT_STOPPED, "2 of 2 cases"},
	{RUN("1", "m", CASES(2)) GOOD TWO_PASSED "{\"schema\":1,\"ki", VERDICT_STOPPED, "1 file cut off"},
	{RUN("1", "m", CASES(9)) CHECK("1", "a", "fail"), VERDICT_FAIL, "STOPPED: 1 of 9 cases"},
	/* not all that was asked for */
	{RUN("1", "m", CASES(3)) GOOD END("1", 0, COUNTS("\"cases\":2")), VERDICT_PARTIAL, "2 of 3 cases"},
	{RUN("1", "m", CASES(2)) REFUSED("1") GOOD TWO_PASSED, VERDICT_PARTIAL, "1 input refused"},
	{RUN("1", "m", CASES(0)) REFUSED("1") END("1", 6, ""), VERDICT_PARTIAL, "1 input refused"},
	{RUN("1", "m", CASES(2) ",\"problems\":2") GOOD BENCH("1", "p", "timed", "")
         BENCH("1", "q", "skipped", "budget-spent") TWO_PASSED,
     VERDICT_PARTIAL, "1 of 2 problems"},
	{RUN("1", "m", CASES(2)) CHECK("1", "a", "fail") REFUSED("1") END("1", 6, COUNTS("\"cases\":1")), VERDICT_FAIL,
     "PARTIAL: 1 of 2 cases, 1 input refused"},
	/* not all that is known */
	{RUN("1", "m", CASES(2)) CHECK("1", "a", "pass") END("1", 1, COUNTS("\"pass\":1,\"fail\":1,\"cases\":2")),
     VERDICT_PARTIAL, "1 result missing"},
	{RUN("1", "m", CASES(2)) GOOD END("1", 1, COUNTS("\"pass\":2,\"cases\":2,\"bench\":{\"rejected\":1}")),
     VERDICT_PARTIAL, "1 result missing"},
	{GOOD, VERDICT_PARTIAL, "2 results without their run record"},
	{RUN("1", "m", CASES(2)) GOOD KIND("novel", "1") "\"x\":1}\n" TWO_PASSED, VERDICT_PARTIAL,
     "1 record of an unknown kind"},
	/* failures that no check tells of */
	{RUN("1", "m", CASES(2)) GOOD END("1", 1, ",\"unmet\":[\"avx2 was required\"]"), VERDICT_FAIL,
     "1 requirement not met"},
	{RUN("1", "m", CASES(2)) GOOD BENCH("1", "p", "rejected", "wrong") TWO_PASSED, VERDICT_FAIL, ""},
	{RUN("1", "m", CASES(2)) GOOD BENCH("1", "p", "failed", "crashed") TWO_PASSED, VERDICT_FAIL, ""},
	/* nothing was judged */
	{RUN("1", "m", "\"problems\":1") BENCH("1", "p", "timed", "") END("1", 0, ""), VERDICT_NONE, "no check record"},
	{RUN("1", "m", CASES(1)) CHECK("1", "a", "unsupported") END("1", 5, COUNTS("\"cases\":1")), VERDICT_NONE,
     "no check passed"},
	{RUN("1", "m", CASES(1)) CHECK("1", "a", "skipped") END("1", 77, COUNTS("\"cases\":1")), VERDICT_SKIPPED, ""},
	{RUN("1", "m", CASES(1)) KIND("check", "1") "\"case\":\"a\",\"variant\":\"v\",\"pass\":\"fwd\","
                                                "\"status\":\"skipped\",\"code\":\"unfit\"}\n" END("1", 5, ""),
     VERDICT_NONE, "no check passed"},
	/* several runs of one machine, and of two */
	{RUN("1", "m", CASES(2)) CHECK("1", "a", "fail") CHECK("1", "b", "fail") END("1", 1, COUNTS("\"cases\":2"))
         RUN("2", "m", CASES(2)) CHECK("2", "a", "pass") CHECK("2", "b", "pass") END("2", 0, COUNTS("\"cases\":2")),
     VERDICT_PASS, ""},
	{RUN("1", "m", CASES(2)) REFUSED("1") CHECK("1", "a", "pass") END("1", 1, ",\"unmet\":[\"x was required\"]")
         RUN("2", "m", CASES(2)) CHECK("2", "a", "pass") CHECK("2", "b", "pass") END("2", 0, COUNTS("\"cases\":2")),
     VERDICT_PASS, ""},
	{RUN("1", "m", CASES(2)) GOOD RUN("2", "m", CASES(2)) CHECK("2", "a", "pass") CHECK("2", "b", "pass")
         END("2", 0, COUNTS("\"cases\":2")),
     VERDICT_STOPPED, "2 of 4 cases, 1 of 2 runs did not end"},
	{RUN("1", "m", CASES(2)) GOOD TWO_PASSED RUN("2", "n", CASES(2)) CHECK("2", "a", "pass"), VERDICT_STOPPED,
     "1 of 2 cases"},
	{RUN("1", "m", CASES(2)) GOOD TWO_PASSED RUN("2", "n", CASES(1)) CHECK("2", "a", "fail")
         END("2", 1, COUNTS("\"cases\":1")),
     VERDICT_FAIL, ""},
};

/* Text of a file in the folder; to be freed. */
static char *text_of(const lines *l, const char *name)
{
	FILE *file = fopen(lines_beside(l, name), "r");
	char *text = NULL;
	size_t bytes = 0;
	assert_non_null(file);
	assert_int_not_equal(getdelim(&text, &bytes, 0, file), -1);
	fclose(file);
	return text;
}

static void read_row(lines *l, const struct row *row, evidence *e)
{
	const char *path[] = {l->path};
	gm_error error;
	fputs(row->records, l->file);
	lines_done(l);
	if (evidence_read(e, path, 1, &error) != GM_OK)
		fail_msg("%s", error.message);
}

static void each_set_has_its_word(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		lines l;
		evidence e = {0};
		lines_open(&l);
		read_row(&l, &rows[k], &e);
		const verdict v = verdict_of_all(&e);
		if (v.word != rows[k].word || strcmp(v.why, rows[k].why) != 0)
			fail_msg("row %zu is %s, %s, not %s, %s:\n%s", k, verdict_word_word(v.word), v.why,
			         verdict_word_word(rows[k].word), rows[k].why, rows[k].records);
		evidence_free(&e);
		lines_remove(&l, NULL);
	}
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;
	for (; (text = strstr(text, part)) != NULL; text++)
		count++;
	return count;
}

/* The head of all says how many there are. */
static void assert_counts(const char *junit)
{
	size_t tests, failures, errors, skipped;
	const char *head = strstr(junit, "<testsuites name=\"gatemark\" ");
	assert_non_null(head);
	assert_int_equal(sscanf(head,
	                        "<testsuites name=\"gatemark\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu",
	                        &tests, &failures, &errors, &skipped),
	                 4);
	assert_int_equal(count_of(junit, "<testcase "), tests);
	assert_int_equal(count_of(junit, "<failure "), failures);
	assert_int_equal(count_of(junit, "<error "), errors);
	assert_int_equal(count_of(junit, "<skipped "), skipped);
}

static void every_output_says_it(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		const verdict_word word = rows[k].word;
		const int good = word == VERDICT_PASS || word == VERDICT_SKIPPED;
		char title[64];
		lines l;
		evidence e = {0};
		gm_error error;
		lines_open(&l);
		read_row(&l, &rows[k], &e);
		assert_int_equal(report_write(&e, lines_beside(&l, "r.html"), lines_beside(&l, "r.md"), &error), GM_OK);
		assert_int_equal(junit_write(lines_beside(&l, "j.xml"), &e, &error), GM_OK);
		char *page = text_of(&l, "r.html"), *markdown = text_of(&l, "r.md"), *junit = text_of(&l, "j.xml");
		snprintf(title, sizeof title, "## Gatemark: %s\n", verdict_word_word(word));
		if (strncmp(markdown, title, strlen(title)) != 0 || !strstr(markdown, rows[k].why))
			fail_msg("row %zu: %s", k, markdown);
		snprintf(title, sizeof title, "<title>Gatemark: %s, ", verdict_word_word(word));
		assert_non_null(strstr(page, title));
		assert_non_null(strstr(page, rows[k].why));
		assert_int_equal(strstr(junit, "<error") == NULL && strstr(junit, "<failure") == NULL, good);
		assert_counts(junit);
		free(page);
		free(markdown);
		free(junit);
		evidence_free(&e);
		lines_remove(&l, "r.html", "r.md", "j.xml", NULL);
	}
}

/* A bar and a paragraph each; of the machine of which they are. */
static void machines_are_not_pooled(void **state)
{
	static const struct row two = {RUN("1", "m", CASES(2)) GOOD TWO_PASSED RUN("2", "n", CASES(3))
	                                   CHECK("2", "a", "fail") CHECK("2", "b", "pass") CHECK("2", "c", "pass")
	                                       END("2", 1, COUNTS("\"cases\":3")),
	                               VERDICT_FAIL, ""};
	lines l;
	evidence e = {0};
	gm_error error;
	(void)state;
	lines_open(&l);
	read_row(&l, &two, &e);
	assert_int_equal(verdict_of(&e, "m").word, VERDICT_PASS);
	assert_int_equal(verdict_of(&e, "n").word, VERDICT_FAIL);
	assert_int_equal(verdict_of(&e, "m").checks[STATUS_PASS], 2);
	assert_int_equal(report_write(&e, lines_beside(&l, "r.html"), lines_beside(&l, "r.md"), &error), GM_OK);
	assert_int_equal(junit_write(lines_beside(&l, "j.xml"), &e, &error), GM_OK);
	char *page = text_of(&l, "r.html"), *markdown = text_of(&l, "r.md"), *junit = text_of(&l, "j.xml");
	assert_non_null(strstr(markdown, "**PASS** on CPU m, m: 1 of 1 variant conformant on 2 cases: 2 pass"));
	assert_non_null(strstr(markdown, "**FAIL** on CPU n, n: 0 of 1 variant conformant on 3 cases: 2 pass, **1 fail**"));
	assert_non_null(strstr(markdown, "- **v** on CPU n, n: "));
	assert_non_null(strstr(page, "<section class=\"verdict pass\""));
	assert_non_null(strstr(page, "<p>Of the checks on CPU n, n.</p>"));
	assert_non_null(strstr(page, "<section class=\"verdict fail\""));
	assert_non_null(strstr(junit, "classname=\"lstm.fwd.v@m\""));
	assert_non_null(strstr(junit, "<testsuite name=\"v@m\" tests=\"2\" failures=\"0\" errors=\"0\""));
	assert_non_null(strstr(junit, "<testsuite name=\"v@n\" tests=\"3\" failures=\"0\" errors=\"1\""));
	free(page);
	free(markdown);
	free(junit);
	evidence_free(&e);
	lines_remove(&l, "r.html", "r.md", "j.xml", NULL);
}

static choice_document choice_of(lines *l)
{
	const char *path[] = {l->path};
	evidence e = {0};
	choice_document choice;
	lines_done(l);
	assert_int_equal(evidence_read(&e, path, 1, NULL), GM_OK);
	assert_int_equal(choose_decide(&e, NULL, &choice, NULL), GM_OK);
	evidence_free(&e);
	lines_remove(l, NULL);
	return choice;
}

/* A choice from results that are not whole says so, in the file and in its counts: with an end record or without, with
 * a run record or without. */
static void a_choice_from_a_part_is_marked(void **state)
{
	static const struct {
		int run, end;
		verdict_word word;
	} row[] = {{1, 0, VERDICT_STOPPED}, {1, 1, VERDICT_NONE}, {0, 0, VERDICT_PARTIAL}, {0, 1, VERDICT_PARTIAL}};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
		const int part = row[k].word != VERDICT_NONE;
		lines l;
		lines_open(&l);
		if (row[k].run)
			put_run(&l, "1", "m", "2026-01-01T00:00:00Z");
		put_time(&l, "1", P, "scalar-plain", 100);
		if (row[k].end)
			fputs(END("1", 0, ""), l.file);
		choice_document choice = choice_of(&l);
		char *counts = choose_counts(&choice);
		assert_int_equal(choice.verdict, row[k].word);
		assert_int_equal(strstr(counts, "; from results that are ") != NULL, part);
		assert_int_equal(choice.notes_count, part ? 2 : 1);
		free(counts);
		choice_document_free(&choice);
	}
}

/* The same thing twice on one machine: the later run's counts, and it is said; also if they are of two builds. */
static void a_later_run_replaces_and_says_so(void **state)
{
	lines l;
	(void)state;
	lines_open(&l);
	put_run(&l, "1", "m", "2026-01-01T00:00:00Z");
	fputs(
		KIND("run", "2") "\"time\":\"2026-01-02T00:00:00Z\",\"commit\":\"def\",\"machine\":{\"fingerprint\":\"m\"}}\n",
		l.file);
	fputs(CHECK("1", "a", "fail") CHECK("2", "a", "pass") CHECK("1", "b", "pass"), l.file);
	put_time(&l, "1", P, "scalar-plain", 100);
	put_time(&l, "2", P, "scalar-plain", 200);
	choice_document choice = choice_of(&l);
	assert_float_equal(choice.domain[0].p50_ns, 200, 1e-9);
	assert_int_equal(choice.conformance.checks_passed, 2);
	assert_string_equal(choice.notes[0], "checked at commit abc, timed at commit def");
	assert_string_equal(choice.notes[1], "2 results of earlier runs on the same machine: the later run's count");
	choice_document_free(&choice);
}

/* What a verb ends with beside its own code. */
static void a_session_ends_with_it(void **state)
{
	static const struct {
		int refused, cut, code, want;
	} row[] = {{0, 0, CLI_OK, CLI_OK},         {0, 1, CLI_OK, CLI_NOISY},   {0, 1, CLI_WRONG, CLI_WRONG},
	           {0, 1, CLI_NOTHING, CLI_NOISY}, {1, 0, CLI_OK, CLI_REFUSED}, {1, 1, CLI_WRONG, CLI_REFUSED}};
	char *argv[] = {NULL};
	const cli_options options = {.verb = "bench", .argv = argv};
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
		session s = {.options = &options, .text = stdout};
		run_counts counts;
		bench_result cut;
		refused_input refused = {.what = REFUSED_PLUGIN};
		run_counts_init(&counts);
		bench_result_init(&cut);
		cut.status = RACE_SKIPPED;
		cut.code = CODE_BUDGET_SPENT;
		assert_int_equal(session_begin(&s), CLI_OK);
		if (row[k].cut)
			session_put(&s, RECORD_BENCH, &cut);
		if (row[k].refused)
			session_put(&s, RECORD_REFUSED, &refused);
		assert_int_equal(session_end(&s, row[k].code, counts), row[k].want);
		assert_int_equal(s.found.end[0].exit_code, row[k].want);
		session_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_set_has_its_word),
		cmocka_unit_test(every_output_says_it),
		cmocka_unit_test(machines_are_not_pooled),
		cmocka_unit_test(a_choice_from_a_part_is_marked),
		cmocka_unit_test(a_later_run_replaces_and_says_so),
		cmocka_unit_test(a_session_ends_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
