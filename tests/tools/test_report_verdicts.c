/* SPDX-License-Identifier: MIT */
/* test_report_verdicts.c - the three values and the mark of disturbed figures in the page and in the Markdown: what is
 * undecided is never said to be equal, and a sign stands with its legend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "report/report.h"
#include "result_lines.h"
#include "run_program.h"

/* The page and the Markdown of one contest: rival against avx2-fused, with that interval of its ratio. */
static void contest(double ratio, double low, double high, const char *mark, char **page, char **markdown)
{
	lines l;
	gm_error error;
	evidence e = {0};
	lines_open(&l);
	const char *path[] = {l.path};
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_marked(&l, RUN_A, "lstm_T8_N1_I4_H4/fwd", "avx2-fused", 1, mark);
	put_paired(&l, RUN_A, "lstm_T8_N1_I4_H4/fwd", "scalar-plain", 100 * ratio, ratio, low, high);
	put_end(&l, RUN_A);
	lines_done(&l);
	assert_int_equal(evidence_read(&e, path, 1, &error), GM_OK);
	assert_int_equal(report_write(&e, lines_beside(&l, "r.html"), lines_beside(&l, "r.md"), &error), GM_OK);
	evidence_free(&e);
	*page = file_text(l.folder, "r.html");
	*markdown = file_text(l.folder, "r.md");
	lines_remove(&l, "r.html", "r.md", NULL);
}

static void each_value_has_its_words(void **state)
{
	static const struct {
		double low, high;
		const char *mark, *row, *why, *data, *counts;
	} CASE[] = {
		{1.1, 1.3, "\"tainted\":3", "| avx2-fused | 100 ns |", "1.2 x the time (1.099 to 1.3)", ",\"\"]",
	     "avx2-fused 1\n"},
		{0.9, 1.3, "\"tainted\":3", "| avx2-fused ? scalar-plain |", "undecided: 1.200 x the time", ",\"?\"]",
	     "avx2-fused 1, undecided 1\n"},
		{1.1, 1.3, "\"disturbed\":true", "| avx2-fused\\! |", "1.2 x the time", ",\"\"]",
	     "avx2-fused 1, disturbed 1\n"},
	};
	(void)state;
	for (size_t k = 0; k < sizeof CASE / sizeof *CASE; k++) {
		char *page, *markdown;
		contest(1.2, CASE[k].low, CASE[k].high, CASE[k].mark, &page, &markdown);
		assert_in(markdown, CASE[k].row);
		assert_in(markdown, CASE[k].counts);
		assert_in(markdown,
		          "=: proved equal, within 2.0 %. ?: undecided. !: rests on blocks that lost time to others.");
		assert_in(page, CASE[k].why);
		assert_in(page, CASE[k].data);
		assert_int_equal(count_of(page, "equal within"), 0);
		assert_int_equal(count_of(markdown, "rests on blocks that lost time to others \\(marked"), k == 2);
		free(page);
		free(markdown);
	}
}

static void what_is_proved_equal_is_said_to_be(void **state)
{
	char *page, *markdown;
	(void)state;
	contest(1.005, 0.999, 1.015, "\"tainted\":0", &page, &markdown);
	assert_in(markdown, "| scalar-plain = avx2-fused |");
	assert_in(markdown, "scalar-plain 1, equal to simpler 1\n");
	assert_in(page, "equal within 2 % (0.995 x");
	assert_in(page, "; scalar-plain is simpler");
	assert_in(page, ",\"=\"]");
	free(page);
	free(markdown);
}

/* What keeps a verdict from being PASS and is no check: its record, and what page, Markdown and JUnit say of it. */
static const struct incident {
	const char *kind, *record, *word, *name, *why, *junit;
} INCIDENT[] = {{"bench", "\"problem\":\"p\",\"variant\":\"v\",\"status\":\"rejected\",\"reason\":\"it is wrong\"",
                 "REJECTED", "p v", "it is wrong", "type=\"wrong\""},
                {"bench", "\"problem\":\"q\",\"variant\":\"v\",\"status\":\"failed\",\"reason\":\"SIGSEGV in forward\"",
                 "FAILED", "q v", "SIGSEGV in forward", "type=\"broken\""},
                {"refused", "\"what\":\"fixture\",\"path\":\"bad.h5\",\"case\":\"c.init\",\"reason\":\"golden is off\"",
                 "REFUSED", "bad.h5 c.init", "golden is off", "gatemark.fixture\" name=\"bad.h5 c.init"},
                {"refused", "\"what\":\"plugin\",\"path\":\"./x.so\",\"reason\":\"ABI major is 2\"", "REFUSED",
                 "./x.so", "ABI major is 2", "gatemark.plugin\" name=\"./x.so"},
                {"end", "\"exit_code\":1,\"unmet\":[\"avx9 was required\"]", "REQUIRED", "avx9 was required", "",
                 "type=\"required\""}};
enum { INCIDENTS = sizeof INCIDENT / sizeof *INCIDENT };

/* All of them on the second of two machines. */
static void incidents_are_in_every_output(void **state)
{
	lines l;
	gm_error error;
	evidence e = {0};
	(void)state;
	lines_open(&l);
	const char *path[] = {l.path};
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_run(&l, RUN_B, "m2", "2026-01-02T00:00:00Z");
	for (size_t k = 0; k < INCIDENTS; k++)
		fprintf(l.file, "{\"schema\":1,\"kind\":\"%s\",\"run\":\"" RUN_B "\",%s}\n", INCIDENT[k].kind,
		        INCIDENT[k].record);
	put_end(&l, RUN_A);
	lines_done(&l);
	assert_int_equal(evidence_read(&e, path, 1, &error), GM_OK);
	assert_int_equal(report_write(&e, lines_beside(&l, "r.html"), lines_beside(&l, "r.md"), &error), GM_OK);
	assert_int_equal(junit_write(lines_beside(&l, "j.xml"), &e, &error), GM_OK);
	evidence_free(&e);
	char *page = file_text(l.folder, "r.html"), *markdown = file_text(l.folder, "r.md"), want[200];
	char *junit = file_text(l.folder, "j.xml");
	for (const struct incident *i = INCIDENT; i < INCIDENT + INCIDENTS; i++) {
		snprintf(want, sizeof want, "<b class=\"bad\">%s</b> %s on CPU m2, m2</p>", i->word, i->name);
		assert_in(page, want);
		assert_in(page, i->why);
		snprintf(want, sizeof want, "\n- %s **%s** on CPU m2, m2%s%s\n", i->word, i->name, i->why[0] ? ": " : "",
		         i->why);
		assert_in(markdown, want);
		assert_in(junit, i->junit);
		assert_in(junit, i->why);
	}
	assert_in(junit,
	          "<testsuite name=\"gatemark\" tests=\"7\" failures=\"2\" errors=\"5\""); // and two machines' results
	free(page);
	free(markdown);
	free(junit);
	lines_remove(&l, "r.html", "r.md", "j.xml", NULL);
}

/* Of checks alone there are no times, of times alone no checks: in words, not as zeros and empty tables. */
static void what_was_not_done_is_said(void **state)
{
	char *page, *markdown;
	(void)state;
	contest(1.2, 1.1, 1.3, "\"tainted\":0", &page, &markdown);
	assert_in(page, "no check record<span>nothing was checked, 2 timings</span>");
	assert_in(page, "<p>Nothing was checked: these results hold no check records.</p>");
	assert_in(markdown, "**no check record.** Nothing was checked, 2 timings. Noise");
	assert_int_equal(count_of(page, "<dt>Executor</dt>") + count_of(page, "0 of 0") + count_of(markdown, "0 of 0"), 0);
	assert_int_equal(count_of(page, "class=\"map\""), 0);
	free(page);
	free(markdown);
}

static void nor_is_a_table_of_no_times(void **state)
{
	lines l;
	gm_error error;
	evidence e = {0};
	(void)state;
	lines_open(&l);
	const char *path[] = {l.path};
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_check(&l, RUN_A, "scalar-plain", "pass", "f32");
	put_end(&l, RUN_A);
	lines_done(&l);
	assert_int_equal(evidence_read(&e, path, 1, &error), GM_OK);
	assert_int_equal(report_write(&e, lines_beside(&l, "r.html"), NULL, &error), GM_OK);
	evidence_free(&e);
	char *page = file_text(l.folder, "r.html");
	assert_in(page, "<p>Nothing was timed: these results hold no bench records.</p>");
	assert_in(page, "1 of 1 variant conformant<span>1 case: 1 pass");
	assert_int_equal(count_of(page, "<dt>Executor</dt><dd>native</dd></div>"), 1);
	assert_int_equal(count_of(page, "id=\"choice-table\""), 0);
	free(page);
	lines_remove(&l, "r.html", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_has_its_words),      cmocka_unit_test(what_is_proved_equal_is_said_to_be),
		cmocka_unit_test(incidents_are_in_every_output), cmocka_unit_test(what_was_not_done_is_said),
		cmocka_unit_test(nor_is_a_table_of_no_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
