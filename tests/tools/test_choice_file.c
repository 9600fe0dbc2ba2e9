/* SPDX-License-Identifier: MIT */
/* test_choice_file.c - the choice as a document: the same from files in any order, read back as it was written, whole
 * or not there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "choose/choose.h"
#include "result_lines.h"

#define P "lstm_T8_N1_I4_H4/fwd"

static const char *row(size_t index) /* of the table of variants: row(0) is the simplest */
{
	assert_true(index < gm_variant_count());
	return gm_variant_at(index)->name;
}

static char *text_of(const char *const *path, size_t count)
{
	evidence e = {0};
	choice_document choice;
	assert_int_equal(evidence_read(&e, path, count, NULL), GM_OK);
	assert_int_equal(choose_decide(&e, NULL, &choice, NULL), GM_OK);
	json_t *json = record_to_json(&choice_document_type, &choice);
	char *text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	choice_document_free(&choice);
	evidence_free(&e);
	return text;
}

static void merging_knows_no_order_and_no_doubles(void **state)
{
	lines a, b;
	(void)state;
	lines_open(&a); /* the later run has the lesser id */
	put_run(&a, RUN_B, "m1", "2026-01-01T00:00:00Z");
	put_time(&a, RUN_B, P, row(0), 100); /* overruled by the later run */
	put_time(&a, RUN_B, P, row(1), 150);
	put_check(&a, RUN_B, row(0), "fail", "f32");
	lines_done(&a);
	lines_open(&b);
	put_run(&b, RUN_A, "m1", "2026-01-02T00:00:00Z");
	put_time(&b, RUN_A, P, row(0), 200);
	put_check(&b, RUN_A, row(0), "pass", "f32");
	put_time(&b, RUN_A, "gru_T8_N1_I4_H4/fwd", row(0), 200);
	lines_done(&b);
	char *one = text_of((const char *const[]){a.path, b.path}, 2);
	char *two = text_of((const char *const[]){b.path, a.path, b.path}, 3);
	assert_string_equal(one, two);
	json_t *json = json_loads(one, 0, NULL), *entry = json_array_get(json_object_get(json, "domain"), 0);
	assert_string_equal(json_string_value(json_object_get(entry, "comparison")), "faster");
	assert_null(json_object_get(entry, "verdict")); // is of the whole document
	assert_non_null(json_object_get(json, "verdict"));
	choice_document choice; // what is written is read back
	assert_int_equal(record_from_json(&choice_document_type, json, &choice, NULL), GM_OK);
	json_decref(json);
	assert_int_equal(choice.domain_count, 2);
	assert_int_equal(choice.conformance.variants_count, 1);
	assert_string_equal(choice.conformance.variants[0].variant, row(0));
	assert_int_equal(choice.conformance.variants[0].passed, 1);
	assert_string_equal(choice.domain[0].problem, P);
	assert_string_equal(choice.domain[0].chosen, row(1));
	assert_int_equal(choice.domain[0].rejected_count, 1);
	assert_string_equal(choice.domain[0].rejected[0].variant, row(0));
	assert_int_equal(choice.domain[0].rejected[0].code, CODE_SLOWER);
	choice_document_free(&choice);
	free(one);
	free(two);
	lines_remove(&a, NULL);
	lines_remove(&b, NULL);
}

static void the_file_is_whole_or_as_it_was(void **state)
{
	lines l;
	gm_error error;
	(void)state;
	lines_open(&l);
	put_run(&l, RUN_A, "m1", "2026-01-01T00:00:00Z");
	const char *file = lines_beside(&l, "choice.json"), *nowhere = lines_beside(&l, "none/choice.json");
	put_check(&l, RUN_A, row(0), "pass", "f32");
	put_time(&l, RUN_A, P, row(0), 100);
	lines_done(&l);
	const char *path[] = {l.path};
	evidence e = {0};
	choice_document choice;
	assert_int_equal(evidence_read(&e, path, 1, &error), GM_OK);
	assert_int_equal(choose_decide(&e, NULL, &choice, &error), GM_OK);
	assert_int_equal(choose_write(&choice, file, &error), GM_OK);
	assert_int_equal(choose_write(&choice, nowhere, &error), GM_IO);
	choice_document_free(&choice);
	evidence_free(&e);
	json_t *json = json_load_file(file, 0, NULL);
	assert_int_equal(record_from_json(&choice_document_type, json, &choice, &error), GM_OK);
	json_decref(json);
	assert_int_equal(choice.schema, 1);
	assert_string_equal(choice.date, "2026-01-01T00:00:00Z");
	assert_string_equal(choice.build.commit, "abc");
	assert_int_equal(choice.conformance.cases, 1);
	assert_float_equal(choice.conformance.worst_used, 0.25, 1e-9);
	choice_document_free(&choice);
	lines_remove(&l, "choice.json", NULL);
	assert_int_equal(evidence_read(&e, path, 1, &error), GM_BAD_FIXTURE);
	assert_int_equal(e.check_count + e.bench_count + e.run_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging_knows_no_order_and_no_doubles),
		cmocka_unit_test(the_file_is_whole_or_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
