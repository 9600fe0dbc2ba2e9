/* SPDX-License-Identifier: MIT */
/* test_fixture.c - HDF5 fixtures: the committed set loads, every broken file of broken_fixtures.def is refused with a
 * sentence that says where, what was expected and what was found; files that are none, hashes, manifests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>

#include "fixture_scratch.h"

static void test_committed_set(void **state)
{
	const char *path = getenv("GM_FIXTURES");
	fixture_set *set;
	gm_error error = {0};
	size_t listed = 0;

	(void)state;
	assert_non_null(path);
	if (fixture_load(path, NULL, &set, &error) != GM_OK)
		fail_msg("%s", error.message);
	assert_true(set->count >= 200);
	assert_string_not_equal(set->version, "unlisted");
	for (size_t i = 0; i < set->file_count; i++) {
		assert_true(set->file[i].listed);
		listed += set->file[i].cases;
	}
	assert_int_equal(listed, set->count);
	for (size_t i = 1; i < set->count; i++)
		assert_true(strcmp(set->cases[i - 1]->id, set->cases[i]->id) < 0);
	for (size_t i = 0; i < set->count; i++)
		assert_non_null(set->cases[i]->golden64[gm_tensors_find(set->cases[i]->tensors, "output")]);
	printf("%zu cases, fixtures %s\n", set->count, set->version);
	fixture_set_destroy(set);
	expect_no_child();
}

/* What the generator wrote comes out as written: value i of an array is (i mod 13)/8. */
static void test_values_arrive(void **state)
{
	const fixture_options options = {.allow_unlisted = 1};
	fixture_set *set;
	gm_error error = {0};
	const gm_case *c;
	pack_entry entry;

	(void)state;
	if (fixture_load("valid_filters.h5", &options, &set, &error) != GM_OK)
		fail_msg("%s", error.message);
	assert_int_equal(set->count, 2);
	assert_string_equal(set->version, "unlisted");
	c = set->cases[1];
	assert_string_equal(c->id, "lstm_T3_N2_I4_H5.init");
	assert_string_equal(c->note, "a test");
	for (size_t i = 0; i < 24; i++)
		assert_true(((const float *)c->data[gm_tensors_find(c->tensors, "input")])[i] == 0.125f * (float)(i % 13));
	for (size_t i = 0; i < 30; i++)
		assert_true(c->golden64[gm_tensors_find(c->tensors, "output")][i] == 0.125 * (double)(i % 13));
	assert_true(case_trace(c, "l0/dc", &entry)[29] == 0.125 * (29 % 13));
	assert_int_equal(entry.rank, 3);
	c = set->cases[0];
	assert_int_equal(((const int64_t *)c->data[gm_tensors_find(c->tensors, "lengths")])[2], 3);
	assert_true(c->spec.problem.dropout == 0.5);
	fixture_set_destroy(set);
}

static void test_broken_files(void **state)
{
	static const struct {
		const char *file, *expected;
	} row[] = {
#define BROKEN(name, expected) {#name ".h5", expected},
#include "broken_fixtures.def"
#undef BROKEN
	};
	size_t rows = sizeof row / sizeof *row, files = scratch_entries(0), valid = 0;

	(void)state;
	for (size_t i = 0; i < rows; i++) {
		const fixture_options options = {.allow_unlisted = 1};
		fixture_set *set;
		gm_error error = {0};

		if (*row[i].expected) {
			expect_refusal(row[i].file, 1, row[i].file, row[i].expected);
			continue;
		}
		if (fixture_load(row[i].file, &options, &set, &error) != GM_OK)
			fail_msg("%s", error.message);
		fixture_set_destroy(set);
		valid++;
	}
	assert_int_equal(scratch_entries(0), files);
	printf("%zu broken files refused, %zu valid ones taken\n", rows - valid, valid);
}

static void test_no_files(void **state)
{
	(void)state;
	scratch_write("empty.h5", "", 0);
	scratch_write("one.h5", "\x89", 1);
	scratch_write("text.h5", "this is no HDF5 file\n", 21);
	scratch_write("signature.h5", "\x89HDF\r\n\x1a\n", 8);
	assert_int_equal(mkfifo("fifo.h5", 0600), 0);
	assert_int_equal(mkdir("folder.h5", 0700), 0);
	assert_int_equal(symlink("nowhere", "dangling.h5"), 0);
	expect_refusal("empty.h5", 1, "empty.h5: ", "an empty file found");
	expect_refusal("one.h5", 1, "one.h5: ", "first 8 bytes are not the signature");
	expect_refusal("text.h5", 1, "text.h5: ", "first 8 bytes are not the signature");
	expect_refusal("signature.h5", 1, "signature.h5: ", "HDF5 file expected");
	expect_refusal("fifo.h5", 1, "fifo.h5: ", "regular file expected, a FIFO found");
	expect_refusal("folder.h5", 1, "folder.h5/: ", "fixture files *.h5 expected, none found");
	expect_refusal("dangling.h5", 1, "dangling.h5: ", "No such file");
	expect_refusal("missing.h5", 1, "missing.h5: ", "No such file");
	expect_refusal("/dev/zero", 1, "/dev/zero: ", "a character device found");
	expect_refusal("", 1, "path of a fixture", "empty");
	if (geteuid() != 0) {
		assert_int_equal(chmod("text.h5", 0), 0);
		expect_refusal("text.h5", 1, "text.h5: ", "Permission denied");
	}
	rmdir("folder.h5");
	remove("fifo.h5");
	remove("dangling.h5");
}

static void test_links_by_the_user_are_followed(void **state)
{
	const fixture_options options = {.allow_unlisted = 1};
	fixture_set *set;
	gm_error error = {0};

	(void)state;
	assert_int_equal(symlink("valid.h5", "linked.h5"), 0);
	if (fixture_load("linked.h5", &options, &set, &error) != GM_OK)
		fail_msg("%s", error.message);
	fixture_set_destroy(set);
	remove("linked.h5");
}

static void test_limits(void **state)
{
	fixture_options options = {.allow_unlisted = 1, .file_cap = 1000};
	fixture_set *set;
	gm_error error = {0};

	(void)state;
	assert_int_equal(fixture_load("valid.h5", &options, &set, &error), GM_BAD_FIXTURE);
	assert_non_null(strstr(error.message, "at most 1000 bytes expected"));
	options = (fixture_options){.allow_unlisted = 1, .seconds = 1e-9};
	assert_int_equal(fixture_load("valid.h5", &options, &set, &error), GM_BAD_FIXTURE);
	assert_non_null(strstr(error.message, "the parser was ended after"));
	expect_no_child();
}

static void test_newer_superblock(void **state)
{
	size_t count;
	unsigned char *bytes = scratch_read("valid.h5", &count);

	(void)state;
	bytes[8] = 9;
	scratch_write("newer.h5", bytes, count);
	expect_refusal("newer.h5", 1,
	               "newer.h5: ", "superblock version 0 to 3 expected, 9 found: written for a newer HDF5");
	remove("newer.h5");
	free(bytes);
}

/* ---- manifests: in a folder of their own ---- */

static void put_manifest(const char *text) { scratch_write("set/MANIFEST.sha256", text, strlen(text)); }

static gm_status load_set(const char *path, int allow_unlisted, char version[32], gm_error *error)
{
	const fixture_options options = {.allow_unlisted = allow_unlisted};
	fixture_set *set;
	gm_status status = fixture_load(path, &options, &set, error);

	if (status == GM_OK) {
		memcpy(version, set->version, 32);
		fixture_set_destroy(set);
	}
	return status;
}

static void test_listed(void **state)
{
	char line[160], text[512], version[32];
	gm_error error = {0};
	size_t count;
	unsigned char *bytes = scratch_read("valid.h5", &count);

	(void)state;
	assert_int_equal(mkdir("set", 0700), 0);
	scratch_write("set/a.h5", bytes, count);
	expect_refusal("set/a.h5", 0, "set/a.h5: ", "expected in MANIFEST.sha256 beside it, there is none");
	expect_refusal("set", 0, "set/a.h5: ", "there is none");
	manifest_text(line, "a.h5", bytes, count);
	snprintf(text, sizeof text, "# gatemark fixtures 2026.1\n%s", line);
	put_manifest(text);
	assert_int_equal(load_set("set/a.h5", 0, version, &error), GM_OK);
	assert_string_equal(version, "2026.1");
	assert_int_equal(load_set("set/", 0, version, &error), GM_OK);
	assert_string_equal(version, "2026.1");
	bytes[count / 2] ^= 1;
	scratch_write("set/a.h5", bytes, count);
	expect_refusal("set", 0, "set/a.h5: SHA-256 ", "--allow-unlisted");
	bytes[count / 2] ^= 1;
	scratch_write("set/a.h5", bytes, count);
	scratch_write("set/b.h5", bytes, count);
	expect_refusal("set", 0, "set/b.h5: ", "not listed there");
	expect_refusal("set", 1, "set/: ", "expected once, found in two files");
	remove("set/b.h5");
	remove("set/a.h5");
	expect_refusal("set", 1, "set/a.h5: ", "expected by MANIFEST.sha256, not found");
	remove("set/MANIFEST.sha256");
	rmdir("set");
	free(bytes);
}

static void test_bad_manifests(void **state)
{
#define HASH  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FIRST "# gatemark fixtures 2026.1\n"
	static const struct {
		const char *text, *word;
	} row[] = {
		{"", "line 1: \"# gatemark fixtures VERSION\" expected"},
		{HASH "  a.h5\n", "line 1: \"# gatemark fixtures VERSION\" expected"},
		{"# gatemark fixtures \033[1m\n", "found"},
		{FIRST HASH "  a.h5\n" HASH "  a.h5\n", "line 3: a.h5 is listed twice"},
		{FIRST HASH "  a.h5\n" HASH "  A.h5\n", "line 3: A.h5 is listed twice"},
		{FIRST HASH "  ../a.h5\n", "line 2: "},
		{FIRST HASH "  /etc/a.h5\n", "line 2: "},
		{FIRST HASH "  .h5\n", "line 2: "},
		{FIRST HASH "  a.txt\n", "line 2: "},
		{FIRST HASH " a.h5\n", "line 2: "},
		{FIRST HASH "  a.h5\r\n", "\\x0d\" found"},
		{FIRST "0123  a.h5\n", "line 2: "},
		{FIRST HASH, "line 2: "},
		{FIRST "x", "line 2: "},
	};

	(void)state;
	assert_int_equal(mkdir("set", 0700), 0);
	scratch_write("set/a.h5", "x", 1);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		put_manifest(row[i].text);
		expect_refusal("set/a.h5", 1, "set/MANIFEST.sha256", row[i].word);
		expect_refusal("set", 1, "set/MANIFEST.sha256", row[i].word);
	}
	scratch_write("set/MANIFEST.sha256", FIRST "\0\n", sizeof FIRST + 1);
	expect_refusal("set", 1, "set/MANIFEST.sha256", "a NUL byte found");
	remove("set/MANIFEST.sha256");
	assert_int_equal(mkfifo("set/MANIFEST.sha256", 0600), 0);
	expect_refusal("set", 1, "set/MANIFEST.sha256", "a FIFO found");
	remove("set/MANIFEST.sha256");
	remove("set/a.h5");
	rmdir("set");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_committed_set),
		cmocka_unit_test(test_values_arrive),
		cmocka_unit_test(test_broken_files),
		cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_links_by_the_user_are_followed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_newer_superblock),
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_bad_manifests),
	};

	return cmocka_run_group_tests_name("fixture", tests, scratch_make, scratch_remove);
}
