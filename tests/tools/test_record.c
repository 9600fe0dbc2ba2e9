/* SPDX-License-Identifier: MIT */
/* test_record.c - what fields.def promises: records survive JSON and copies, what is wrong is named, the schema that
 * the program prints is the one that its records follow, CSV is safe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/results.h"
#include "run_program.h"

/* ---- the schema ---- */

static const char *violation(const json_t *schema, const json_t *form, const json_t *value);

static int is_type(const char *type, const json_t *value)
{
	return strcmp(type, "object") == 0  ? json_is_object(value)
	     : strcmp(type, "array") == 0   ? json_is_array(value)
	     : strcmp(type, "string") == 0  ? json_is_string(value)
	     : strcmp(type, "integer") == 0 ? json_is_integer(value)
	     : strcmp(type, "number") == 0  ? json_is_number(value)
	     : strcmp(type, "boolean") == 0 ? json_is_boolean(value)
	     : strcmp(type, "null") == 0    ? json_is_null(value)
	                                    : 0;
}

static int is_among(const json_t *list, const json_t *value)
{
	size_t k;
	json_t *one;
	json_array_foreach(list, k, one)
		if (json_equal(one, value))
			return 1;
	return 0;
}

/* Members: required ones are there, known ones as they should be; unknown ones are a violation here. */
static const char *violation_of_object(const json_t *schema, const json_t *form, const json_t *value)
{
	size_t k;
	const char *name, *found = NULL;
	json_t *key, *one, *properties = json_object_get(form, "properties");
	json_array_foreach(json_object_get(form, "required"), k, key)
		if (!json_object_get(value, json_string_value(key)))
			found = json_string_value(key);
	json_object_foreach((json_t *)(uintptr_t)value, name, one) {
		const json_t *part = json_object_get(properties, name);
		if (!part && strcmp(name, "schema") != 0 && strcmp(name, "kind") != 0)
			part = json_object_get(form, "additionalProperties");
		if (json_object_get(form, "type") && properties && !part && strcmp(name, "schema") != 0 &&
		    strcmp(name, "kind") != 0)
			found = name;
		else if (part && violation(schema, part, one))
			found = violation(schema, part, one);
	}
	return found;
}

/* The schema's part that value breaks, by name; NULL = none.  Knows what record_schema uses. */
static const char *violation(const json_t *schema, const json_t *form, const json_t *value)
{
	size_t k;
	int any = 0;
	json_t *one;
	const char *reference = json_string_value(json_object_get(form, "$ref")), *found = NULL;
	const json_t *list = json_object_get(form, "enum"), *constant = json_object_get(form, "const");
	if (reference)
		return violation(schema, json_object_get(json_object_get(schema, "definitions"), strrchr(reference, '/') + 1),
		                 value);
	json_array_foreach(json_object_get(form, "anyOf"), k, one)
		any |= !violation(schema, one, value);
	if (json_object_get(form, "anyOf") && !any)
		return "anyOf";
	json_array_foreach(json_object_get(form, "allOf"), k, one)
		found = violation(schema, one, value) ? violation(schema, one, value) : found;
	if (json_object_get(form, "if") && !violation_of_object(schema, json_object_get(form, "if"), value))
		found = violation_of_object(schema, json_object_get(form, "then"), value);
	if (found || (list && !is_among(list, value)) || (constant && !json_equal(constant, value)))
		return found ? found : "a word that is none of those";
	const char *type = json_string_value(json_object_get(form, "type"));
	if (type && !is_type(type, value))
		return type;
	if (json_is_integer(json_object_get(form, "minimum")) && json_integer_value(value) < 0)
		return "minimum";
	json_array_foreach(json_object_get(form, "items") ? value : NULL, k, one)
		found = violation(schema, json_object_get(form, "items"), one) ? "items" : found;
	return found ? found : violation_of_object(schema, form, value);
}

static void follow_the_schema(const char *path, const json_t *schema)
{
	json_t *line;
	size_t count = 0;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (; (line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)) != NULL; count++) {
		const char *kind = results_text(line, "kind");
		const json_t *form = json_object_get(json_object_get(schema, "definitions"), kind);
		assert_non_null(form);
		const char *broken = violation(schema, form, line);
		if (broken)
			fail_msg("a %s record breaks the schema: %s", kind, broken);
		json_decref(line);
	}
	assert_true(feof(file) && count >= 3);
	fclose(file);
}

static void records_follow_the_schema(void **state)
{
	static const char *const command[] = {
		"gatemark check -q --cases 'gru_T1_*' --json=%s",
		"gatemark check -q --cases 'gru_T1_*' --plugin %2$s --json=%1$s",
		"gatemark bench -q --quick --problem rnn_tanh_T1_N1_I3_H5/train --variants scalar-plain --json=%s",
	};
	static const int code[] = {0, 1, 0};
	char text[9000];
	(void)state;
	outcome listed = run_shell("gatemark list fields --json");
	json_t *schema = json_loads(listed.out, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(listed.code, 0);
	assert_non_null(schema);
	outcome_free(&listed);
	for (size_t k = 0; k < sizeof command / sizeof command[0]; k++) {
		snprintf(text, sizeof text, command[k], in_folder("s.jsonl"), plugin_path("wrong_numbers"));
		outcome o = run_shell(text);
		assert_int_equal(o.code, code[k]);
		outcome_free(&o);
		follow_the_schema(in_folder("s.jsonl"), schema);
	}
	json_decref(schema);
}

static int breaks(const char *kind, const char *key, json_t *value, json_t *schema)
{
	json_t *record = json_pack("{s:s, s:s, s:s, s:s, s:s}", "problem", "p", "variant", "v", "status", "skipped",
	                           "reason", "", "run", "");
	json_t *form = json_deep_copy(json_object_get(json_object_get(schema, "definitions"), kind));
	json_object_set_new(form, "required", json_pack("[s]", "problem"));
	json_object_set_new(record, key, value);
	int broken = violation(schema, form, record) != NULL;
	json_decref(record);
	json_decref(form);
	return broken;
}

static void the_schema_refuses_what_is_wrong(void **state)
{
	json_t *schema = record_schema();
	(void)state;
	assert_non_null(schema);
	assert_false(breaks("bench", "reason", json_string("because"), schema));
	assert_true(breaks("bench", "reason", json_integer(3), schema));
	assert_true(breaks("bench", "status", json_string("slow"), schema));
	assert_true(breaks("bench", "status", json_string("timed"), schema)); // without figures
	assert_true(breaks("bench", "samples", json_integer(-1), schema));
	assert_true(breaks("bench", "p50_ns", json_string("fast"), schema));
	assert_false(breaks("bench", "p50_ns", json_string("NaN"), schema));
	assert_true(breaks("bench", "blocks_ns", json_pack("[i]", 1), schema));
	assert_true(breaks("bench", "p51_ns", json_real(1), schema));
	json_decref(schema);
}

/* A record of each kind with every member set. */
static const char *const every_member[RECORD_KINDS] = {
	"{\"run\":\"r\",\"verb\":\"check\",\"libraries\":{\"hdf5\":\"1\",\"sleef\":\"3\"},\"versions\":{\"judge\":1},"
	"\"seed\":-1,\"arguments\":[\"a\",\"b\",\"c\"],\"machine\":{\"cpu\":\"c\",\"cpus\":-1,\"isa\":[\"fma\"],"
	"\"load\":null,\"l2_bytes\":null,\"l3_bytes\":7,\"hints\":[\"h1\",\"h2\"]}}",
	"{\"case\":\"c\",\"variant\":\"v\",\"pass\":\"bwd\",\"status\":\"fail\",\"code\":\"wrong\","
	"\"reason\":\"a\\nb\",\"class\":\"int8w\",\"used\":\"Infinity\",\"torch_used\":0.5,"
	"\"tensors\":[{\"name\":\"x\",\"worst\":-1,\"got\":\"NaN\"},{\"name\":\"y\",\"want\":1.5,\"wrong\":3}]}",
	"{\"bit_class\":\"b\",\"variants\":[\"v\",\"w\"],\"identical\":true,\"cases\":3,\"committed\":\"same\"}",
	"{\"problem\":\"p\",\"variant\":\"v\",\"status\":\"timed\",\"judged\":\"bits\",\"class\":\"f32\","
	"\"plugin\":\"./x.so\",\"p50_ns\":3.5,\"ratio\":\"NaN\",\"blocks_ns\":[[1.0,2.0],[\"NaN\",4.0]]}",
	"{\"problem\":\"p\",\"chosen\":null,\"margin\":1.5,\"equal\":[\"w\"],\"comparison\":\"equal\","
	"\"rejected\":[{\"variant\":\"w\",\"code\":\"equal\"}]}",
	"{\"what\":\"plugin\",\"path\":\"./x.so\",\"case\":\"c\",\"reason\":\"no plug-in\"}",
	"{\"unmet\":[\"a\",\"b\"],\"exit_code\":1,\"seconds\":2.5,\"interrupted\":true,"
	"\"counts\":{\"pass\":1,\"bench\":{\"timed\":2}}}",
};

/* Through JSON and back nothing is lost, also not by a copy. */
static void records_survive(void **state)
{
	(void)state;
	for (int kind = 0; kind < RECORD_KINDS; kind++) {
		const record_type *type = record_type_of((record_kind)kind);
		union {
			run_begin run;
			check_result check;
			bits_result bits;
			bench_result bench;
			choice_entry choice;
			refused_input refused;
			run_end end;
		} one, other;
		gm_error error;
		json_t *json = json_loads(every_member[kind], 0, NULL);
		if (record_from_json(type, json, &one, &error) != GM_OK)
			fail_msg("%s: %s", type->name, error.message);
		record_init(type, &other);
		assert_int_equal(record_take(type, &other, type, &one, &error), GM_OK);
		json_t *first = record_to_json(type, &one);
		record_free(type, &one);
		json_t *second = record_to_json(type, &other);
		record_free(type, &other);
		assert_true(json_equal(first, second));
		json_object_update_missing(json, first); // members that were not given have their defaults
		const char *key;
		json_t *value;
		json_object_foreach(json, key, value)
			if (!json_is_object(value) && !json_is_array(value) && !json_equal(value, json_object_get(first, key)))
				fail_msg("%s of %s is lost", key, type->name);
		json_decref(json);
		json_decref(first);
		json_decref(second);
	}
}

static void unknown_is_null_or_left_out(void **state)
{
	run_begin run;
	check_result check;
	bench_result bench;
	(void)state;
	run_begin_init(&run);
	check_result_init(&check);
	bench_result_init(&bench);
	json_t *json[] = {record_to_json(&run_begin_type, &run), record_to_json(&check_result_type, &check),
	                  record_to_json(&bench_result_type, &bench)};
	const json_t *machine = json_object_get(json[0], "machine");
	assert_true(json_is_null(json_object_get(machine, "load")) && json_is_null(json_object_get(machine, "l2_bytes")));
	assert_true(json_is_null(json_object_get(json[1], "torch_used")));
	assert_string_equal(json_string_value(json_object_get(json[1], "committed")), "");
	static const char *const gone[] = {"p50_ns", "ratio_high", "plugin"};
	for (size_t k = 0; k < sizeof gone / sizeof gone[0]; k++)
		assert_null(json_object_get(json[2], gone[k]));
	for (size_t k = 0; k < 3; k++)
		json_decref(json[k]);
}

static gm_status read_w(gm_error *error)
{
	evidence e = {0};
	gm_status status = results_read(in_folder("w.jsonl"), &e, error);
	evidence_free(&e);
	return status;
}

static void a_wrong_member_is_named_with_its_line(void **state)
{
	static const struct {
		const char *members, *what;
	} row[] = {
		{"\"problem\":\"p\",\"variant\":\"v\"", ":2: bench: status is not there"},
		{"\"problem\":\"p\",\"variant\":3,\"status\":\"timed\"", ":2: bench: variant: a text is expected"},
		{"\"problem\":\"p\",\"variant\":\"v\",\"status\":\"quick\"",
	     ":2: bench: status: one of timed, rejected, unsupported, skipped, failed is expected"},
		{"\"problem\":\"p\",\"variant\":\"v\",\"status\":\"timed\",\"p50_ns\":\"3\"", "p50_ns: a number is expected"},
		{"\"problem\":\"p\",\"variant\":\"v\",\"status\":\"timed\",\"samples\":-1", "samples: a count is expected"},
		{"\"problem\":\"p\",\"variant\":\"v\",\"status\":\"timed\",\"blocks_ns\":[[1],[1,2]]", "equally long"},
		{"\"problem\":\"p\",\"variant\":\"0123456789012345678901234567890123456789012345678\",\"status\":\"timed\"",
	     "variant: a text of at most 47 bytes is expected, not 49"},
	};
	char text[600];
	gm_error error;
	(void)state;
	for (size_t k = 0; k < sizeof row / sizeof row[0]; k++) {
		snprintf(text, sizeof text, "{\"kind\":\"end\",\"schema\":1}\n{\"kind\":\"bench\",\"schema\":1,%s}\n",
		         row[k].members);
		file_put(folder, "w.jsonl", text);
		assert_int_equal(read_w(&error), GM_BAD_FIXTURE);
		if (!strstr(error.message, row[k].what))
			fail_msg("\"%s\" is not in: %s", row[k].what, error.message);
	}
	file_put(folder, "w.jsonl",
	         "{\"kind\":\"check\",\"schema\":1,\"case\":\"c\",\"variant\":\"v\",\"pass\":\"fwd\",\"status\":"
	         "\"pass\",\"tensors\":[{\"used\":true}]}\n{\"kind\":\"news\",\"schema\":1}\n");
	assert_int_equal(read_w(&error), GM_BAD_FIXTURE);
	assert_non_null(strstr(error.message, "w.jsonl:1: check: tensors.used: a number is expected"));
	file_put(folder, "w.jsonl", "{\"kind\":\"news\",\"schema\":1}\n"); // a later version's
	assert_int_equal(read_w(&error), GM_OK);
}

static void csv_is_quoted_and_no_formula(void **state)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	rejected_variant x;
	(void)state;
	rejected_variant_init(&x);
	strcpy(x.variant, "=a");
	strcpy(x.why, "it says \"no\", twice");
	x.code = CODE_SLOWER;
	x.ratio = INFINITY;
	x.p50_ns = 1.0 / 3;
	record_csv(out, &rejected_variant_type, NULL);
	fputc('\n', out);
	record_csv(out, &rejected_variant_type, &x);
	fclose(out);
	assert_string_equal(text, "variant,code,why,ratio,ratio_low,ratio_high,disturbed,p50_ns,low_ns,high_ns\n"
	                          "'=a,slower,\"it says \"\"no\"\", twice\",Infinity,,,,0.3333333,,");
	free(text);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(records_follow_the_schema),
		cmocka_unit_test(the_schema_refuses_what_is_wrong),
		cmocka_unit_test(records_survive),
		cmocka_unit_test(unknown_is_null_or_left_out),
		IN_FOLDER(a_wrong_member_is_named_with_its_line),
		cmocka_unit_test(csv_is_quoted_and_no_formula),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
