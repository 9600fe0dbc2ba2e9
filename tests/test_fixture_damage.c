/* SPDX-License-Identifier: MIT */
/* test_fixture_damage.c - files cut off and files with changed bytes, read with --allow-unlisted or with a manifest
 * that lists the damage: an error or a set, never the end of this process, no process and no file left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"
#include "fixture_scratch.h"

enum { MUTANTS = 300, MOST_CHANGES = 4 };

static void test_cut_off(void **state)
{
	size_t count, cuts = 0;
	unsigned char *bytes = scratch_read("small.h5", &count);
	char line[160], text[512];

	(void)state;
	assert_int_equal(mkdir("set", 0700), 0);
	for (size_t cut = 0; cut < count; cut += 512, cuts++) {
		scratch_write("set/cut.h5", bytes, cut);
		expect_refusal("set/cut.h5", 1, "set/cut.h5: ", "");
		manifest_text(line, "cut.h5", bytes, cut);
		snprintf(text, sizeof text, "# gatemark fixtures 1\n%s", line);
		scratch_write("set/MANIFEST.sha256", text, strlen(text));
		expect_refusal("set", 0, "set/cut.h5: ", "");
		remove("set/MANIFEST.sha256");
	}
	printf("%zu cuts refused, listed and unlisted\n", cuts);
	remove("set/cut.h5");
	rmdir("set");
	free(bytes);
}

/* Whatever libhdf5 makes of it, this process goes on. */
static void test_changed_bytes(void **state)
{
	const uint64_t seed = 20261121;
	const fixture_options options = {.allow_unlisted = 1, .seconds = 10};
	uint64_t random = seed;
	size_t count, taken = 0, ended = 0, files = scratch_entries(0);
	unsigned char *bytes = scratch_read("small.h5", &count);

	(void)state;
	for (int i = 0; i < MUTANTS; i++) {
		unsigned char *mutant = malloc(count);
		fixture_set *set = NULL;
		gm_error error = {0};
		gm_status status;

		memcpy(mutant, bytes, count);
		for (uint64_t c = 1 + random_next(&random) % MOST_CHANGES; c > 0; c--)
			mutant[random_next(&random) % count] = (unsigned char)random_next(&random);
		scratch_write("mutant.h5", mutant, count);
		status = fixture_load("mutant.h5", &options, &set, &error);
		taken += status == GM_OK;
		ended += strstr(error.message, "the parser was") != NULL;
		if (status != GM_OK && status != GM_BAD_FIXTURE && status != GM_NO_MEMORY)
			fail_msg("seed %llu mutant %d: %s", (unsigned long long)seed, i, error.message);
		fixture_set_destroy(set);
		expect_no_child();
		free(mutant);
	}
	remove("mutant.h5");
	assert_int_equal(scratch_entries(0), files);
	assert_true(taken < MUTANTS);
	printf("seed %llu: %d mutants, %zu taken, %zu ended the parser\n", (unsigned long long)seed, MUTANTS, taken, ended);
	free(bytes);
}

/* One changed byte anywhere is seen by the hash. */
static void test_hash_sees_one_bit(void **state)
{
	size_t count;
	unsigned char *bytes = scratch_read("small.h5", &count);
	char line[160], text[512];

	(void)state;
	assert_int_equal(mkdir("set", 0700), 0);
	manifest_text(line, "one.h5", bytes, count);
	snprintf(text, sizeof text, "# gatemark fixtures 1\n%s", line);
	scratch_write("set/MANIFEST.sha256", text, strlen(text));
	for (size_t at = 0; at < count; at += 97) {
		bytes[at] ^= 0x10;
		scratch_write("set/one.h5", bytes, count);
		expect_refusal("set/one.h5", 0, "set/one.h5: SHA-256 ", "expected by MANIFEST.sha256");
		bytes[at] ^= 0x10;
	}
	remove("set/one.h5");
	remove("set/MANIFEST.sha256");
	rmdir("set");
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_hash_sees_one_bit),
	};

	return cmocka_run_group_tests_name("fixture_damage", tests, scratch_make, scratch_remove);
}
