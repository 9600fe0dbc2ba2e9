/* SPDX-License-Identifier: MIT */
/* test_results.c - result files survive: numbers that JSON lacks, torn lines, two writers, files in
 * the way; JUnit from one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/output.h"
#include "record/results.h"
#include "run_program.h"

/* Number of ends in a file of this run. */
static size_t count_ends(const char *name, size_t torn)
{
	evidence e = {0};
	gm_error error;
	assert_int_equal(results_read(in_folder(name), &e, &error), GM_OK);
	for (size_t k = 0; k < e.end_count; k++)
		assert_string_equal(e.end[k].run, results_run_id());
	const size_t count = e.end_count;
	assert_int_equal(e.torn, torn);
	evidence_free(&e);
	return count;
}

static void write_some(int count)
{
	gm_error error;
	results *r;
	assert_int_equal(results_open(in_folder("r.jsonl"), &r, &error), GM_OK);
	for (int k = 0; k < count; k++) {
		run_end end = {.seconds = k};
		results_put(r, RECORD_END_OF_RUN, &end);
	}
	assert_int_equal(results_close(r, NULL, &error), GM_OK);
}

static void numbers_survive(void **state)
{
	static const double value[] = {0, -0.0, 1.0 / 3, 5e-324, 1.7976931348623157e308, INFINITY, -INFINITY, NAN};
	(void)state;
	for (size_t k = 0; k < sizeof value / sizeof value[0]; k++) {
		json_t *wrapped = json_pack("[o]", results_number(value[k]));
		char *text = json_dumps(wrapped, JSON_REAL_PRECISION(17));
		json_t *back = json_loads(text, 0, NULL);
		double got = 42;
		assert_true(record_real(json_array_get(back, 0), &got));
		assert_true(got == value[k] || (isnan(got) && isnan(value[k])));
		json_decref(wrapped);
		json_decref(back);
		free(text);
	}
	assert_false(record_real(NULL, &(double){0}));
}

static void a_file_appears_when_it_is_whole(void **state)
{
	gm_error error;
	results *r;
	(void)state;
	assert_int_equal(results_open(in_folder("r.jsonl"), &r, &error), GM_OK);
	results_put(r, RECORD_END_OF_RUN, &(run_end){.seconds = 1});
	assert_null(file_text(folder, "r.jsonl"));
	assert_int_equal(count_ends("r.jsonl.partial", 0), 1); // what is written so far can be read
	assert_int_equal(results_close(r, NULL, &error), GM_OK);
	assert_int_equal(count_ends("r.jsonl", 0), 1);
	assert_null(file_text(folder, "r.jsonl.partial"));
}

static void a_torn_last_line_is_dropped(void **state)
{
	(void)state;
	write_some(3);
	char *text = file_text(folder, "r.jsonl");
	size_t length = strlen(text);
	size_t second = (size_t)(strchr(strchr(text, '\n') + 1, '\n') - text) + 1;
	for (size_t cut = length - 2; cut > second; cut--) {
		text[cut] = '\0';
		file_put(folder, "t.jsonl", text);
		assert_int_equal(count_ends("t.jsonl", 1), 2);
	}
	free(text);
}

static void assert_refused(const char *path, const char *what)
{
	evidence e = {0};
	gm_error error;
	assert_int_equal(results_read(path, &e, &error), GM_BAD_FIXTURE);
	assert_non_null(strstr(error.message, what));
	evidence_free(&e);
}

static void what_is_no_record_is_refused(void **state)
{
	static const char *const text[] = {"",
	                                   "\n",
	                                   "[]\n",
	                                   "3\n",
	                                   "{}\n",
	                                   "{\"kind\":\"run\"}\n",
	                                   "{\"kind\":\"run\",\"schema\":2}\n",
	                                   "{\"kind\":\"run\",\"schema\":2}", /* whole, though without an end */
	                                   "{\"kind\":\"run\",\"schema\":1,\"schema\":1}\n",
	                                   "{\"kind\":\"run\",\"schema\":1}x\n",
	                                   "{\"kind\":\"run\",\"schema\":1\n{\"kind\":\"run\",\"schema\":1}\n"};
	(void)state;
	for (size_t k = 0; k < sizeof text / sizeof text[0]; k++) {
		file_put(folder, "bad.jsonl", text[k]);
		assert_refused(in_folder("bad.jsonl"), "bad.jsonl");
	}
	assert_refused(folder, "it is no regular file");
	assert_refused(in_folder("none"), "cannot read");
}

/* Text of a file, its keys too, reaches a terminal without control characters; so does a complaint about it. */
static void texts_come_back_plain(void **state)
{
	evidence e = {0};
	gm_error error;
	(void)state;
	file_put(folder, "p.jsonl",
	         "{\"kind\":\"run\",\"schema\":1,\"run\":\"a\\u001b[31mb\\u009bc\\u00e9\",\"verb\":\"\\r\\n\","
	         "\"arguments\":[\"\\u0007\"],\"libraries\":{\"\\u0001\":\"\\u007f\"}}\n");
	assert_int_equal(results_read(in_folder("p.jsonl"), &e, &error), GM_OK);
	assert_string_equal(e.run[0].run, "a?[31mb??c\xc3\xa9");
	assert_string_equal(e.run[0].verb, "?\n");
	assert_string_equal(e.run[0].arguments[0], "?");
	assert_string_equal(e.run[0].libraries[0].name, "?");
	assert_string_equal(e.run[0].libraries[0].version, "?");
	evidence_free(&e);
	file_put(folder, "bad.jsonl", "\033[31m\n");
	assert_refused(in_folder("bad.jsonl"), "near '?'");
}

static void the_second_writer_is_refused(void **state)
{
	gm_error error;
	results *first, *second;
	(void)state;
	assert_int_equal(results_open(in_folder("r.jsonl"), &first, &error), GM_OK);
	results_put(first, RECORD_END_OF_RUN, &(run_end){.seconds = 1});
	assert_int_equal(results_open(in_folder("r.jsonl"), &second, &error), GM_IO);
	assert_non_null(strstr(error.message, "another process"));
	assert_int_equal(results_close(first, NULL, &error), GM_OK);
	char *text = file_text(folder, "r.jsonl");
	assert_int_equal(count_of(text, "\n"), 1);
	free(text);
	write_some(1); // and afterwards the way is free
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	gm_error error;
	(void)state;
	file_put(folder, "f", "old");
	assert_int_equal(output_write(in_folder("f"), "new one", 7, &error), GM_OK);
	char *text = file_text(folder, "f");
	assert_string_equal(text, "new one");
	free(text);
	assert_int_equal(output_write(folder, "x", 1, &error), GM_IO);
	assert_int_equal(output_write("/dev/full", "x", 1, &error), GM_IO);
	assert_int_equal(output_folder(in_folder("a/b/c"), &error), GM_OK);
	assert_int_equal(output_folder(in_folder("a/b/c"), &error), GM_OK);
	assert_int_equal(output_folder(in_folder("f/g"), &error), GM_IO);
}

/* What `report` writes from a result file is what the check wrote itself. */
static void junit_comes_from_a_file_too(void **state)
{
	(void)state;
	outcome o = expect(1,
	                   "cd %s && gatemark check -q --cases 'gru_T1_*' --class f32 --plugin %s --json=r.jsonl "
	                   "--junit a.xml && false",
	                   folder, plugin_path("wrong_numbers"));
	outcome_free(&o);
	o = expect(
		1,
		"cd %s && gatemark report r.jsonl --junit b.xml; code=$?; cmp a.xml b.xml && grep -c '<failure' b.xml && "
		"exit $code",
		folder);
	assert_true(atoi(o.out) > 0);
	outcome_free(&o);
	o = expect(0, "cd %s && ls", folder);
	assert_null(strstr(o.out, "report.html")); // JUnit alone was asked for
	outcome_free(&o);
	o = expect(4, "cd %s && head -n 1 r.jsonl >none.jsonl && gatemark report none.jsonl --junit c.xml", folder);
	outcome_free(&o); // all that is left of a run that was killed
	o = expect(5, "cd %s && echo old >c.json && gatemark choose none.jsonl -o c.json; code=$?; cat c.json; exit $code",
	           folder);
	assert_non_null(strstr(o.out, "old\n")); // a choice of nothing replaces no file
	outcome_free(&o);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_survive),        IN_FOLDER(a_file_appears_when_it_is_whole),
		IN_FOLDER(a_torn_last_line_is_dropped),   IN_FOLDER(what_is_no_record_is_refused),
		IN_FOLDER(texts_come_back_plain),         IN_FOLDER(the_second_writer_is_refused),
		IN_FOLDER(a_file_is_replaced_as_a_whole), IN_FOLDER(junit_comes_from_a_file_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
