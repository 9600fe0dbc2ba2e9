/* SPDX-License-Identifier: MIT */
/* test_report.c - the page and the Markdown as text: everything inside, nothing from outside, no text of a record that
 * acts as markup, the same bytes for the same input, and the size limits.  The page in a browser: report_browser.sh. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "report/report.h"
#include "report/report_parts.h"
#include "result_lines.h"

#define P    "lstm_T8_N1_I4_H4/fwd"
#define BAD  "</script>\\\"'&`|" /* fits every member */
#define EVIL "</script><script>alert('x')</script><img src=x onerror=alert(1)> & \\\"q\\\" <!-- `|{{data}}"

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t bytes = 0;
	assert_non_null(file);
	assert_int_not_equal(getdelim(&text, &bytes, 0, file), -1);
	fclose(file);
	return text;
}

static void put_evil(lines *l)
{
	fprintf(l->file,
	        "{\"schema\":1,\"kind\":\"check\",\"run\":\"%s\",\"case\":\"%s\",\"problem\":\"%s\",\"variant\":\"%s\","
	        "\"pass\":\"bwd\",\"status\":\"fail\",\"reason\":\"%s\",\"executor\":\"native\",\"used\":\"Infinity\","
	        "\"where\":\"%s\",\"tensors\":[{\"name\":\"%s\",\"used\":\"NaN\"}]}\n",
	        RUN_A, EVIL, EVIL, BAD, EVIL, BAD, BAD);
	put_time(l, RUN_A, EVIL, BAD, 10);
	put_run(l, BAD, BAD, BAD);
	put_status(l, RUN_A, EVIL, "other", "skipped");
}

/* What report_write says to the lines so far. */
static gm_status report_of(lines *l, const char *html, const char *markdown)
{
	const char *path[] = {l->path};
	evidence e = {0};
	gm_error error;
	lines_done(l);
	gm_status status = evidence_read(&e, path, 1, &error);
	assert_int_equal(status, GM_OK);
	status = report_write(&e, html, markdown, &error);
	evidence_free(&e);
	return status;
}

/* The page and the Markdown of a few records, evil ones among them. */
static void make(lines *l, char **page, char **markdown)
{
	lines_open(l);
	put_run(l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_check(l, RUN_A, gm_variant_at(0)->name, "pass", "f32");
	put_time(l, RUN_A, P, gm_variant_at(0)->name, 800);
	put_time(l, RUN_A, P, "plugin", 400);
	put_evil(l);
	const char *html = lines_beside(l, "r.html"), *md = lines_beside(l, "r.md");
	assert_int_equal(report_of(l, html, md), GM_OK);
	*page = read_text(html);
	*markdown = read_text(md);
	lines_remove(l, "r.html", "r.md", NULL);
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;
	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		count++;
	return count;
}

static void records_are_text_never_markup(void **state)
{
	lines l;
	char *page, *markdown;
	(void)state;
	make(&l, &page, &markdown);
	assert_int_equal(count_of(page, "<script"), 3);
	assert_int_equal(count_of(page, "</script"), 3);
	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "<!-- "));
	assert_null(strstr(page, "=\"</"));
	assert_non_null(strstr(page, "&lt;/script&gt;&lt;script&gt;alert(&#39;x&#39;)"));
	assert_null(strstr(markdown, "<script"));
	assert_null(strstr(markdown, "<img"));
	assert_non_null(strstr(markdown, "&lt;/script&gt;"));
	free(page);
	free(markdown);
}

static void the_page_needs_nothing_from_outside(void **state)
{
	static const char *const OUTSIDE[] = {"src=\"", "href=\"http", "@import",        "url(",
	                                      "<link",  "fetch(",      "XMLHttpRequest("};
	lines l;
	char *page, *markdown;
	(void)state;
	make(&l, &page, &markdown);
	for (size_t i = 0; i < sizeof OUTSIDE / sizeof *OUTSIDE; i++)
		assert_null(strstr(page, OUTSIDE[i]));
	assert_non_null(strstr(page, "default-src 'none'"));
	assert_true(strstr(page, "Chart.js v") || strstr(page, "built without Chart.js"));
	free(page);
	free(markdown);
}

/* Exactly one {{data}} is left: none of the template's, one of the evil text in each place where it is shown. */
static void every_part_is_filled_and_the_data_is_json(void **state)
{
	lines l;
	char *page, *markdown;
	(void)state;
	make(&l, &page, &markdown);
	static const char *const NAMES[] = {"{{title}}",  "{{verdict}}",   "{{steps}}",
	                                    "{{choice}}", "{{report.js}}", "{{check.csv}}"};
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		assert_null(strstr(page, NAMES[i]));
	char *from = strstr(page, "id=\"data\">");
	assert_non_null(from);
	from += strlen("id=\"data\">");
	char *to = strstr(from, "</script>");
	*to = 0;
	assert_null(strchr(from, '<'));
	json_t *data = json_loads(from, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(data);
	assert_int_equal(json_array_size(json_object_get(data, "problems")), 2);
	json_t *first = json_array_get(json_object_get(data, "problems"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "text")), P);
	assert_string_equal(json_string_value(json_object_get(first, "size")), "I4 H4");
	assert_int_equal(json_integer_value(json_object_get(first, "T")), 8);
	json_decref(data);
	free(page);
	free(markdown);
}

static void the_verdict_comes_first(void **state)
{
	lines l;
	char *page, *markdown;
	(void)state;
	make(&l, &page, &markdown);
	assert_non_null(strstr(page, "<title>Gatemark: FAIL, CPU m1</title>"));
	assert_non_null(strstr(page, "1 of 2 variants conformant"));
	assert_non_null(strstr(page, "<li>family 1 model 2</li>"));
	assert_non_null(strstr(markdown, "\n\nCPU m1 family 1 model 2, commit abc"));
	assert_non_null(
		strstr(markdown, "\n\n**FAIL** on CPU m1, m1: **STOPPED: 1 of 1 run did not end.** 1 of 2 variants"));
	assert_non_null(strstr(markdown, "\n\n**STOPPED** on CPU &lt;/script&gt;"));
	assert_int_equal(count_of(page, "class=\"verdict "), 2);
	assert_non_null(strstr(markdown, "- 1 run did not end on CPU m1, m1"));
	assert_non_null(strstr(page, "gatemark run --cases &#39;a b*&#39;"));
	assert_int_equal(strncmp(markdown, "## Gatemark: FAIL\n", 18), 0);
	free(page);
	free(markdown);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	lines l;
	char *page, *markdown, *again, *markdown_again;
	(void)state;
	make(&l, &page, &markdown);
	make(&l, &again, &markdown_again);
	assert_string_equal(page, again);
	assert_string_equal(markdown, markdown_again);
	free(page);
	free(markdown);
	free(again);
	free(markdown_again);
}

static void put_many(lines *l, size_t cases)
{
	for (size_t i = 0; i < cases; i++) {
		fprintf(l->file,
		        "{\"schema\":1,\"kind\":\"check\",\"run\":\"%s\",\"case\":\"lstm_T%zu_N1_I2_H4.init\",\"problem\":"
		        "\"lstm_T%zu_N1_I2_H4\",\"variant\":\"v%zu\",\"pass\":\"fwd\",\"status\":\"%s\",\"reason\":\"",
		        RUN_A, i + 1, i + 1, i % 7, i % 5 ? "fail" : "skipped");
		for (size_t k = 0; k < (i % 5 ? 3u : 1u); k++)
			fprintf(l->file, "some words that say why %c%c%c%c ", (int)('a' + i / 1000), (int)('a' + i / 100 % 10),
			        (int)('a' + i / 10 % 10), (int)('a' + i % 10));
		fputs("\",\"executor\":\"native\",\"used\":3.0,\"where\":\"output\",\"tensors\":[]}\n", l->file);
	}
}

/* 5000 cases, most of them failures with long reasons. */
static void sizes_stay_within_their_limits(void **state)
{
	lines l;
	(void)state;
	lines_open(&l);
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_many(&l, 5000);
	for (int i = 1; i <= 300; i++) {
		char problem[64];
		snprintf(problem, sizeof problem, "gru_T%d_N1_I4_H4/fwd", i);
		put_time(&l, RUN_A, problem, gm_variant_at(0)->name, 100 * i);
	}
	assert_int_equal(report_of(&l, lines_beside(&l, "r.html"), lines_beside(&l, "r.md")), GM_OK);
	char *page = read_text(lines_beside(&l, "r.html")), *markdown = read_text(lines_beside(&l, "r.md"));
	assert_true(strlen(page) < 2u << 20);
	assert_true(strlen(markdown) < MARKDOWN_BYTES);
	assert_non_null(strstr(markdown, "and 3980 more failures"));
	assert_non_null(strstr(markdown, "240 more problems are left out"));
	assert_non_null(strstr(page, "3940 more are in the CSV below"));
	lines_remove(&l, "r.html", "r.md", NULL);
	free(page);
	free(markdown);
}

/* A record of a variant without a name: the table says none, and then no time either. */
static void none_has_no_time(void **state)
{
	lines l;
	(void)state;
	lines_open(&l);
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_check(&l, RUN_A, "", "pass", "f32");
	put_time(&l, RUN_A, "gru_T3_N1_I4_H4/fwd", "", 100);
	assert_int_equal(report_of(&l, NULL, lines_beside(&l, "r.md")), GM_OK);
	char *markdown = read_text(lines_beside(&l, "r.md"));
	assert_non_null(strstr(markdown, "| none |  |  |"));
	lines_remove(&l, "r.md", NULL);
	free(markdown);
}

/* Failures and reasons of five-byte entities: a part that does not fit is left out as a whole, and it is said. */
static void a_comment_that_would_not_fit_is_cut(void **state)
{
	static const char left_out[] = "More is left out here: it would not fit a comment.\n";
	char reason[401] = "";
	lines l;
	(void)state;
	lines_open(&l);
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	memset(reason, '&', sizeof reason - 1);
	for (int i = 0; i < 50; i++)
		fprintf(l.file,
		        "{\"schema\":1,\"kind\":\"check\",\"run\":\"%s\",\"case\":\"c%d\",\"variant\":\"v%d\","
		        "\"pass\":\"fwd\",\"status\":\"%s\",\"reason\":\"%s\"}\n",
		        RUN_A, i, i, i < 20 ? "fail" : "skipped", reason);
	assert_int_equal(report_of(&l, NULL, lines_beside(&l, "r.md")), GM_OK);
	char *markdown = read_text(lines_beside(&l, "r.md"));
	const size_t length = strlen(markdown);
	assert_true(length > 40000 && length < MARKDOWN_BYTES);
	assert_string_equal(markdown + length - strlen(left_out), left_out);
	assert_null(strstr(markdown, "Skipped and unsupported"));
	lines_remove(&l, "r.md", NULL);
	free(markdown);
}

static void put_unfit(lines *l, const char *name, const char *variant, const char *pass, int unfit)
{
	fprintf(l->file,
	        "{\"schema\":1,\"kind\":\"check\",\"run\":\"%s\",\"case\":\"%s\",\"problem\":\"x\",\"variant\":\"%s\","
	        "\"pass\":\"%s\",\"status\":\"%s\",\"rows\":5,\"unfit_rows\":%d,\"executor\":\"native\"}\n",
	        RUN_A, name, variant, pass, unfit == 5 ? "skipped" : "pass", unfit);
}

/* As the console counts them: forward and backward, each case once however many variants ran it. */
static void unfit_rows_are_of_both_passes(void **state)
{
	lines l;
	(void)state;
	lines_open(&l);
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	put_unfit(&l, "a", "u", "fwd", 2);
	put_unfit(&l, "a", "v", "fwd", 2);
	put_unfit(&l, "a", "u", "bwd", 3);
	put_unfit(&l, "b", "u", "bwd", 5); // nothing but unfit rows
	put_unfit(&l, "c", "u", "fwd", 0);
	assert_int_equal(report_of(&l, lines_beside(&l, "r.html"), NULL), GM_OK);
	char *page = read_text(lines_beside(&l, "r.html"));
	assert_non_null(strstr(page, "10 rows of 2 cases are unfit"));
	lines_remove(&l, "r.html", NULL);
	free(page);
}

static void nothing_and_nowhere_are_told(void **state)
{
	lines l;
	(void)state;
	lines_open(&l);
	fprintf(l.file, "{\"schema\":1,\"kind\":\"choice\",\"problem\":\"" P "\"}\n");
	const char *page = lines_beside(&l, "r.html"), *nowhere = lines_beside(&l, "none/r.html");
	assert_int_equal(report_of(&l, page, NULL), GM_UNSUPPORTED);
	l.file = fopen(l.path, "a");
	put_check(&l, RUN_A, "v", "pass", "f32");
	assert_int_equal(report_of(&l, nowhere, NULL), GM_IO);
	assert_int_equal(access(page, F_OK), -1);
	lines_remove(&l, NULL);
}

/* Whatever a format says: text is escaped, and only %H is not. */
static void formats_escape_what_they_are_given(void **state)
{
	char *text[2] = {NULL, NULL};
	size_t bytes;
	(void)state;
	for (int m = 0; m < 2; m++) {
		FILE *out = open_memstream(&text[m], &bytes);
		put(&(page){.out = out, .markdown = m}, "%H%s%H %z of %z, %t, %p, %r, %f%% %s<br>", "<b>", "a<b>&'\"|*\1@x",
		    "</b>", (size_t)1, (size_t)20, 2500.0, 0.001, 1.5, 2.25, NULL);
		fclose(out);
	}
	assert_string_equal(text[0],
	                    "<b>a&lt;b&gt;&amp;&#39;&quot;|*@x</b> 1 of 20, 2.50 \302\265s, &lt;1 %, 1.50, 2.2% <br>");
	assert_string_equal(text[1], "a&lt;b&gt;&amp;'\"\\|\\* &#64;x 1 of 20, 2.50 \302\265s, &lt;1 %, 1.50, 2.2% <br>");
	free(text[0]);
	free(text[1]);
}

/* The same calls give rows of HTML and of Markdown. */
static void one_table_in_two_formats(void **state)
{
	static const char *const columns[] = {"a", "b", "c"};
	static const char *const want[] = {
		"<table id=\"t\"><thead><tr><th>a</th><th class=\"n\">b</th><th class=\"n\">c</th></tr></thead><tbody>\n"
		"<tr><th scope=\"row\">x|y</th><td class=\"n best\" data-sort=\"2\" title=\"&lt;\">"
		"2.00<i>!</i></td><td class=\"n\">"
		"</td></tr>\n</tbody></table>",
		"| a | b | c |\n|---|--:|--:|\n| x\\|y | 2.00! |  |\n"};
	static const double two = 2;
	(void)state;
	for (int m = 0; m < 2; m++) {
		char *text = NULL;
		size_t bytes;
		page t = {.out = open_memstream(&text, &bytes), .markdown = m};
		table_begin(&t, "id=\"t\"", columns, 3, NULL, "tn");
		table_row(&t, "%s", "x|y");
		t.css = "best";
		t.sort = &two;
		t.title = "<";
		table_cell(&t, "%r", two);
		put(&t, "%H!%H", "<i>", "</i>");
		table_cell(&t, "");
		table_end(&t);
		fclose(t.out);
		assert_string_equal(text, want[m]);
		free(text);
	}
}

static void numbers_read_well(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} TIMES[] = {{0.5, "0.50 ns"}, {12.34, "12.3 ns"}, {999.4, "999 ns"}, {999.6, "1.00 \302\265s"}, {2.5e9, "2.50 s"}};
	static const struct {
		double used;
		const char *text;
	} SHARES[] = {{0, "0 %"},   {0.001, "<1 %"},    {0.29, "29 %"},         {1.5, "150 %"},
	              {40, "40 x"}, {4.1e5, "4.1e5 x"}, {1.0 / 0.0, "infinite"}};
	char text[24];
	(void)state;
	for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
		report_time(TIMES[i].ns, text);
		assert_string_equal(text, TIMES[i].text);
	}
	for (size_t i = 0; i < sizeof SHARES / sizeof *SHARES; i++) {
		report_share(SHARES[i].used, text);
		assert_string_equal(text, SHARES[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_text_never_markup),
		cmocka_unit_test(the_page_needs_nothing_from_outside),
		cmocka_unit_test(every_part_is_filled_and_the_data_is_json),
		cmocka_unit_test(the_verdict_comes_first),
		cmocka_unit_test(the_same_input_gives_the_same_bytes),
		cmocka_unit_test(sizes_stay_within_their_limits),
		cmocka_unit_test(none_has_no_time),
		cmocka_unit_test(a_comment_that_would_not_fit_is_cut),
		cmocka_unit_test(unfit_rows_are_of_both_passes),
		cmocka_unit_test(nothing_and_nowhere_are_told),
		cmocka_unit_test(formats_escape_what_they_are_given),
		cmocka_unit_test(one_table_in_two_formats),
		cmocka_unit_test(numbers_read_well),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
