/* SPDX-License-Identifier: MIT */
/* test_isas.c - base/isa.def is complete: every ISA has its folder and every folder an ISA, its kernels are in the
 * library for every activation, with the lanes of its row, and a variant runs where its ISA does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/isa.h"
#include "contract_isas.h"

#define ISA(name, ...) extern const gm_kernels gm_kernels_##name##_u10;
#include "base/isa.def"
#undef ISA

static const char *path_of(const char *folder, const char *file)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/impl/isa/%s/%s", getenv("GM_SOURCE"), folder, file);
	return path;
}

static void test_folders(void **state)
{
	static const char *const files[] = {"vec.h", "tile.h", "kernels.c"};

	(void)state;
	for (size_t i = 0; i < CONTRACT_ISAS; i++)
		for (size_t f = 0; f < 3; f++)
			if (access(path_of(contract_isas[i].folder, files[f]), R_OK) != 0)
				fail_msg("%s has no impl/isa/%s/%s", contract_isas[i].name, contract_isas[i].folder, files[f]);
}

static int has_row(const char *folder)
{
	for (size_t i = 0; i < CONTRACT_ISAS; i++)
		if (strcmp(contract_isas[i].folder, folder) == 0)
			return 1;
	return 0;
}

static void test_rows(void **state)
{
	DIR *folders = opendir(path_of("", ""));
	size_t seen = 0;

	(void)state;
	assert_non_null(folders);
	for (struct dirent *one; (one = readdir(folders));) {
		if (strchr(one->d_name, '.') || strcmp(one->d_name, "host") == 0)
			continue;
		if (!has_row(one->d_name))
			fail_msg("impl/isa/%s has no row in impl/base/isa.def", one->d_name);
		seen++;
	}
	closedir(folders);
	assert_true(seen > 1);
}

static void test_lanes(void **state)
{
	static const gm_kernels *const u10[] = {
#define ISA(name, ...) &gm_kernels_##name##_u10,
#include "base/isa.def"
#undef ISA
	};

	(void)state;
	for (size_t i = 0; i < CONTRACT_ISAS; i++) {
		const contract_isa *isa = &contract_isas[i];

		assert_true(isa->kernels->lanes == isa->lanes || isa->kernels->lanes == 0);
		if (isa->needs == CPU_BASE)
			assert_int_equal(isa->kernels->lanes, isa->lanes);
#ifndef GM_NO_SLEEF
		if (i < ISA_ROWS)
			assert_int_equal(u10[i]->lanes, isa->kernels->lanes);
#endif
	}
	(void)u10;
}

/* What this CPU has is part of the build, with all that it brings. */
static void test_cpu(void **state)
{
	uint64_t here = gm_cpu_features(), all = 0;

	(void)state;
#define CPU(bit, name, ...)                                                           \
	assert_true(!(here & GM_CPU_##bit) || (here & CPU_##bit) == (uint64_t)CPU_##bit); \
	all |= GM_CPU_##bit;
#include "base/cpu.def"
#undef CPU
	assert_int_equal(here & ~all, 0);
}

static void test_variants(void **state)
{
	(void)state;
	for (size_t i = 0; i < gm_variant_count(); i++) {
		const gm_variant *v = gm_variant_at(i);
		size_t k = 0;

		while (k < ISA_ROWS && strcmp(isa_table[k].name, v->traits.isa) != 0)
			k++;
		assert_true(k < ISA_ROWS);
		assert_int_equal(v->needs, isa_table[k].needs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_folders), cmocka_unit_test(test_rows),
	                                   cmocka_unit_test(test_lanes), cmocka_unit_test(test_cpu),
	                                   cmocka_unit_test(test_variants)};

	return cmocka_run_group_tests_name("isas", tests, NULL, NULL);
}
