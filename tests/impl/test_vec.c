/* SPDX-License-Identifier: MIT */
/* test_vec.c - every operation of kernels/vec_contract.h on every ISA of this architecture, lane by lane against its
 * scalar definition.  Operands: all pairs or triples of special values, then random bit patterns; each combination
 * visits every lane.  Bits must be equal, a NaN where arithmetic made it is a NaN.
 * load_n and store_n stand against guard pages.  The same checks must find every operation of contract_vec_wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "contract_isas.h"
#include "contract_vec.h"
#include "guarded.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct isa_row {
	const char *name;
	const vec_table *table;
	uint64_t needs;
	int fused;
} isa_row;

static const isa_row isas[] = {
#define ISA(name, folder, cpu, lanes, rounding, ...) \
	{#name, &contract_vec_##name, CPU_##cpu, (rounding) == GM_CANONICAL},
#define TEST_ISA ISA
#include "base/isa.def"
#undef ISA
};

typedef size_t check(const isa_row *isa); /* lanes that differ */

/* The check on every ISA that runs here; the others are named. */
static void for_isas(const char *what, check *differences)
{
	size_t ran = 0;

	for (size_t i = 0; i < CONTRACT_ISAS; i++) {
		const char *missing = isa_missing(isas[i].table->lanes, isas[i].needs);
		size_t different;

		if (missing) {
			print_message("SKIP %s: %s\n", isas[i].name, missing);
			continue;
		}
		vec_lanes_checked = 0;
		different = differences(&isas[i]);
		print_message("%s: %s, %zu lanes compared\n", isas[i].name, what, vec_lanes_checked);
		if (different)
			fail_msg("%s: %s: %zu lanes differ", isas[i].name, what, different);
		ran++;
	}
	assert_true(ran > 0);
}

static size_t operation_differences(const isa_row *isa, vec_operation operation)
{
	const vec_definition *d = &vec_definitions[operation];
	vec_stream s = vec_stream_open(d->operands);
	size_t differ;

	for (size_t i = 0; i < s.count; i++)
		s.want[i] = d->scalar(s.a[i], s.b[i], s.c[i], isa->fused);
	differ = vec_stream_differences(isa->name, d->name, isa->table->map[operation], isa->table->lanes, &s, d->compare);
	free(s.a);
	return differ;
}

static size_t operations(const isa_row *isa)
{
	size_t differ = 0;

	for (int i = 0; i < VEC_OPERATIONS; i++)
		differ += operation_differences(isa, (vec_operation)i);
	return differ;
}

static void test_operations(void **state)
{
	(void)state;
	print_message("seed %llu, %d operations\n", (unsigned long long)VEC_SEED, (int)VEC_OPERATIONS);
	for_isas("lane operations", operations);
}

/* 2^n for every exponent of a normal number, in every lane. */
static size_t pow2_differences(const isa_row *isa)
{
	const float magic = 0x1.8000FEp23f;
	vec_stream s = vec_stream_open(1);
	size_t differ;

	s.count = 0;
	for (int n = -126; n <= 127; n++, s.count++) {
		s.a[s.count] = (float)n + magic;
		s.want[s.count] = ldexpf(1.0f, n);
	}
	differ = vec_stream_differences(isa->name, "pow2", isa->table->pow2, isa->table->lanes, &s, BITS);
	free(s.a);
	return differ;
}

static void test_pow2(void **state)
{
	(void)state;
	for_isas("pow2 of -126 .. 127", pow2_differences);
}

static size_t set1_differences(const isa_row *isa)
{
	size_t differ = 0;
	float out[VEC_LANES_MAX];

	for (size_t i = 0; i < VEC_SPECIALS; i++) {
		isa->table->set1(out, vec_special(i));
		for (size_t lane = 0; lane < isa->table->lanes; lane++)
			differ += !vec_same(out[lane], vec_special(i), BITS);
		vec_lanes_checked += isa->table->lanes;
	}
	return differ;
}

static void test_set1(void **state)
{
	(void)state;
	for_isas("set1", set1_differences);
}

/* Whether `got` is within 1.0 ulp of the double `want`; a NaN for a NaN, infinities and zeros with their sign. */
static int within_ulp(float got, double want)
{
	int exponent;

	if (isnan(want) || isinf(want) || want == 0)
		return isnan(want) ? isnan(got) : (double)got == want && !signbit(got) == !signbit(want);
	if (isinf(got))
		return fabs(want) > (double)0x1.fffffep127f && (got > 0) == (want > 0);
	frexp(want, &exponent);
	return fabs((double)got - want) <= ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

/* u10: at most 1.0 ulp; in a bit-consistent family, the bits of `family` too. */
static size_t u10_differences(const isa_row *isa, const char *name, vec_map *map, vec_map *family,
                              double (*exact)(double))
{
	vec_stream s = vec_stream_open(1);
	uint64_t state = VEC_SEED;
	size_t differ;

	for (size_t i = VEC_SPECIALS; i < s.count; i++) /* where tanh and exp have something to do */
		s.a[i] = random_near(&state) * (i % 2 ? 110.0f : 3.0f);
	for (size_t i = 0; i < s.count; i++) {
		float out[VEC_LANES_MAX], a[VEC_LANES_MAX] = {s.a[i]};

		(family ? family : map)(out, a, a, a);
		s.want[i] = out[0];
	}
	differ = vec_stream_differences(isa->name, name, map, isa->table->lanes, &s, VALUE);
	for (size_t i = 0; i < s.count; i++)
		if (!within_ulp(s.want[i], exact((double)s.a[i])) && !differ++ && isa->name)
			print_error("%s: %s(%a) is %a, more than 1 ulp from %a\n", isa->name, name, (double)s.a[i],
			            (double)s.want[i], exact((double)s.a[i]));
	free(s.a);
	return differ;
}

/* The one-lane fused table, where it runs; the unfused ISA has a family of its own. */
static const vec_table *family_of(const isa_row *isa)
{
	int here = !isa_missing(contract_vec_scalar_fma.lanes, GM_CPU_FMA);

	return isa->fused && here ? &contract_vec_scalar_fma : isa->table;
}

static size_t sleef_differences(const isa_row *isa)
{
	const vec_table *family = family_of(isa);

	if (!isa->table->tanh_u10) {
		print_message("SKIP %s: a build without SLEEF\n", isa->name);
		return 0;
	}
	return u10_differences(isa, "tanh_u10", isa->table->tanh_u10, family->tanh_u10, tanh) +
	       u10_differences(isa, "exp_u10", isa->table->exp_u10, family->exp_u10, exp);
}

static void test_sleef(void **state)
{
	(void)state;
	for_isas("tanh_u10, exp_u10", sleef_differences);
}

static const guarded_side sides[] = {GUARDED_END, GUARDED_START};

/* Lanes below n as in memory, the others +0; flush with either guard page, whatever stands in reach. */
static size_t load_n_differences(const isa_row *isa)
{
	guarded memory = {0};
	uint64_t state = VEC_SEED;
	size_t differ = 0;

	for (size_t n = 0; n < isa->table->lanes; n++)
		for (size_t k = 0; k < 2 * GUARDED_POISONS; k++) {
			guarded_setting setting = {.side = sides[k % 2], .poison = guarded_poison[k / 2]};
			float *p = guarded_place(&memory, n, &setting);
			float out[VEC_LANES_MAX];

			for (size_t i = 0; i < n; i++)
				p[i] = of_bits(random_bits(&state));
			isa->table->load_n(out, p, n);
			for (size_t i = 0; i < isa->table->lanes; i++)
				differ += i < n ? memcmp(out + i, p + i, sizeof *p) != 0 : bits_of(out[i]) != 0;
			vec_lanes_checked += isa->table->lanes;
		}
	guarded_close(&memory);
	return differ;
}

/* Memory below n as the lanes, nothing else changed. */
static size_t store_n_differences(const isa_row *isa)
{
	guarded memory = {0};
	uint64_t state = VEC_SEED;
	size_t differ = 0;

	for (size_t n = 0; n < isa->table->lanes; n++)
		for (size_t k = 0; k < 2 * GUARDED_POISONS; k++) {
			guarded_setting setting = {.side = sides[k % 2], .poison = guarded_poison[k / 2]};
			float *p = guarded_place(&memory, n, &setting);
			float v[VEC_LANES_MAX];

			for (size_t i = 0; i < isa->table->lanes; i++)
				v[i] = of_bits(random_bits(&state));
			isa->table->store_n(p, v, n);
			for (size_t i = 0; i < n; i++)
				differ += memcmp(p + i, v + i, sizeof *p) != 0;
			differ += guarded_damage(&memory);
			vec_lanes_checked += isa->table->lanes;
		}
	guarded_close(&memory);
	return differ;
}

static void test_load_n(void **state)
{
	(void)state;
	for_isas("load_n", load_n_differences);
}

static void test_store_n(void **state)
{
	(void)state;
	for_isas("store_n", store_n_differences);
}

/* Full loads and stores touch VL floats at any address of a float: all shifts, flush with either guard page. */
static size_t full_differences(const isa_row *isa)
{
	guarded from = {0}, to = {0};
	size_t differ = 0, lanes = isa->table->lanes;

	for (size_t shift = 0; shift <= lanes; shift++)
		for (size_t k = 0; k < 2 * GUARDED_POISONS; k++) {
			guarded_setting setting = {sides[k % 2], shift, guarded_poison[k / 2]};
			float *p = guarded_place(&from, lanes, &setting), *q = guarded_place(&to, lanes, &setting);

			for (size_t i = 0; i < lanes; i++)
				p[i] = vec_special((i + shift) % VEC_SPECIALS);
			isa->table->map[VEC_load](q, p, p, p);
			differ += memcmp(p, q, lanes * sizeof *p) != 0;
			differ += guarded_damage(&from) + guarded_damage(&to);
			vec_lanes_checked += lanes;
		}
	guarded_close(&from);
	guarded_close(&to);
	return differ;
}

static void test_full(void **state)
{
	(void)state;
	for_isas("load, store at any address", full_differences);
}

/* ---- the checks bite ---- */

static const isa_row wrong = {NULL, &contract_vec_wrong, 0, 1};

static size_t wrong_tanh(const isa_row *isa)
{
	return u10_differences(isa, "tanh_u10", isa->table->tanh_u10, NULL, tanh);
}

static size_t wrong_exp(const isa_row *isa) { return u10_differences(isa, "exp_u10", isa->table->exp_u10, NULL, exp); }

static void test_finds_wrong_operations(void **state)
{
	check *const others[] = {pow2_differences,    set1_differences, full_differences, load_n_differences,
	                         store_n_differences, wrong_tanh,       wrong_exp};

	(void)state;
	for (int i = 0; i < VEC_OPERATIONS; i++)
		if (operation_differences(&wrong, (vec_operation)i) == 0)
			fail_msg("a wrong %s was not found", vec_definitions[i].name);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i](&wrong) == 0)
			fail_msg("wrong operation %zu beside the lane operations was not found", i);
}

static void load_too_far(float *out, const float *p, size_t n)
{
	for (size_t i = 0; i < contract_vec_wrong.lanes; i++)
		out[i] = i < n ? p[i] : 0;
	(void)((const volatile float *)p)[n];
}

static void store_too_far(float *p, const float *v, size_t n)
{
	memcpy(p, v, n * sizeof *p);
	((volatile float *)p)[n] = v[n];
}

static int run_load_n(void *isa) { return load_n_differences(isa) != 0; }

static int run_store_n(void *isa) { return store_n_differences(isa) != 0; }

static void test_finds_one_lane_too_far(void **state)
{
	vec_table table = contract_vec_wrong;
	isa_row isa = {NULL, &table, 0, 1};

	(void)state;
	table.load_n = load_too_far;
	table.store_n = store_too_far;
	assert_int_equal(in_child(run_load_n, &isa), 100 + SIGSEGV);
	assert_int_equal(in_child(run_store_n, &isa), 100 + SIGSEGV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_operations),
	                                   cmocka_unit_test(test_pow2),
	                                   cmocka_unit_test(test_set1),
	                                   cmocka_unit_test(test_sleef),
	                                   cmocka_unit_test(test_load_n),
	                                   cmocka_unit_test(test_store_n),
	                                   cmocka_unit_test(test_full),
	                                   cmocka_unit_test(test_finds_wrong_operations),
	                                   cmocka_unit_test(test_finds_one_lane_too_far)};

	return cmocka_run_group_tests_name("vec", tests, NULL, NULL);
}
