/* SPDX-License-Identifier: MIT */
/* test_packs.c - a whole set as case packs, one after the other: `gatemark fixture pack` writes the bytes of every
 * case, reading gives the same cases back, and what is cut, doubled or strange is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packs.h"
#include "run_program.h"

static fixture_set *golden; /* of the suite, from HDF5 */
static char *scratch;

static int open_all(void **state)
{
	gm_error error = {0};

	(void)state;
	scratch = scratch_open();
	if (fixture_load(getenv("GM_FIXTURES"), NULL, &golden, &error) == GM_OK)
		return 0;
	print_error("%s\n", error.message);
	return 1;
}

static int close_all(void **state)
{
	(void)state;
	fixture_set_destroy(golden);
	scratch_close(scratch);
	return 0;
}

static const char *packed(void)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/all.packs", scratch);
	outcome o = expect(0, "gatemark fixture pack \"$GM_FIXTURES\" -o %s", path);
	outcome_free(&o);
	return path;
}

static unsigned char *join(size_t first, size_t last, size_t *bytes)
{
	unsigned char *block;

	*bytes = 0;
	for (size_t i = first; i <= last; i++)
		*bytes += golden->cases[i]->block_bytes;
	block = malloc(*bytes);
	assert_non_null(block);
	*bytes = 0;
	for (size_t i = first; i <= last; i++) {
		memcpy(block + *bytes, golden->cases[i]->block, golden->cases[i]->block_bytes);
		*bytes += golden->cases[i]->block_bytes;
	}
	return block;
}

static void all_cases_come_back(void **state)
{
	fixture_options how = {.allow_unlisted = 1};
	fixture_set *set;
	gm_error error = {0};

	(void)state;
	if (fixture_load(packed(), &how, &set, &error) != GM_OK)
		fail_msg("%s", error.message);
	assert_int_equal(set->count, golden->count);
	assert_string_equal(set->version, "unlisted");
	assert_int_equal(set->file_count, 0);
	for (size_t i = 0; i < set->count; i++) {
		assert_int_equal(set->cases[i]->block_bytes, golden->cases[i]->block_bytes);
		assert_memory_equal(set->cases[i]->block, golden->cases[i]->block, set->cases[i]->block_bytes);
	}
	fixture_set_destroy(set);
}

static void unlisted_packs_need_a_word(void **state)
{
	const fixture_options none = {0}, *how[] = {NULL, &none};
	fixture_set *set;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		gm_error error = {0};

		assert_int_equal(fixture_load(packed(), how[i], &set, &error), GM_BAD_FIXTURE);
		assert_non_null(strstr(error.message, "--allow-unlisted"));
	}
}

static void chosen_cases_are_packed(void **state)
{
	char path[512];
	fixture_set *set;
	fixture_options how = {.allow_unlisted = 1};
	size_t wanted = 0;

	(void)state;
	for (size_t i = 0; i < golden->count; i++)
		wanted += strncmp(golden->cases[i]->id, "gru_T1_", 7) == 0;
	assert_true(wanted > 1 && wanted < golden->count);
	snprintf(path, sizeof path, "%s/some.packs", scratch);
	outcome o = expect(
		0, "gatemark fixture pack \"$GM_FIXTURES\" --cases 'gru_T1_*' -o %s && gatemark fixture verify %s", path, path);
	outcome_free(&o);
	assert_int_equal(fixture_load(path, &how, &set, NULL), GM_OK);
	assert_int_equal(set->count, wanted);
	fixture_set_destroy(set);
	o = expect(2, "gatemark fixture pack \"$GM_FIXTURES\" --cases no_such_case -o %s", path);
	outcome_free(&o);
	o = expect(2, "gatemark fixture pack \"$GM_FIXTURES\"");
	outcome_free(&o);
}

static void expect_refused(const void *block, size_t bytes, const char *part)
{
	fixture_set *set = NULL;
	gm_error error = {0};

	assert_int_equal(packs_load(block, bytes, "test", &set, &error), GM_BAD_FIXTURE);
	assert_null(set);
	if (!strstr(error.message, part))
		fail_msg("\"%s\" does not say \"%s\"", error.message, part);
}

static void damage_is_refused_with_its_place(void **state)
{
	size_t bytes, first = golden->cases[0]->block_bytes;
	unsigned char *block = join(0, 2, &bytes), *copy = malloc(bytes);
	char place[64];

	(void)state;
	assert_non_null(copy);
	expect_refused(block, 0, "at byte 0");
	expect_refused(block, bytes - 64, "are left");
	expect_refused(block, first + 100, "expected at byte");
	snprintf(place, sizeof place, "at byte %zu", first);
	memcpy(copy, block, bytes);
	copy[first] ^= 1; /* the magic of the second pack */
	expect_refused(copy, bytes, place);
	memcpy(copy, block, bytes);
	memset(copy + first + 8, 0, 8); /* its size: must not stand still */
	expect_refused(copy, bytes, place);
	memset(copy + first + 8, 0xff, 8);
	expect_refused(copy, bytes, place);
	memcpy(copy, block, bytes);
	copy[first + 24] = '/'; /* its id: found by the reader of packs */
	expect_refused(copy, bytes, "byte ");
	free(copy);
	free(block);
}

static void a_case_is_there_once(void **state)
{
	size_t bytes;
	unsigned char *block = join(0, 0, &bytes), *twice = malloc(2 * bytes);

	(void)state;
	assert_non_null(twice);
	memcpy(twice, block, bytes);
	memcpy(twice + bytes, block, bytes);
	expect_refused(twice, 2 * bytes, "expected once");
	free(twice);
	free(block);
}

static void names_of_packs(void **state)
{
	(void)state;
	assert_true(packs_is_path("a.pack") && packs_is_path("./b.c/a.packs"));
	assert_false(packs_is_path("a.h5") || packs_is_path("packs") || packs_is_path(".pack") || packs_is_path("a.pack/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cases_come_back),     cmocka_unit_test(unlisted_packs_need_a_word),
		cmocka_unit_test(chosen_cases_are_packed), cmocka_unit_test(damage_is_refused_with_its_place),
		cmocka_unit_test(a_case_is_there_once),    cmocka_unit_test(names_of_packs),
	};

	return cmocka_run_group_tests_name("packs", tests, open_all, close_all);
}
