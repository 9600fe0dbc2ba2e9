/* SPDX-License-Identifier: MIT */
/* test_stats.c - the statistics against SciPy's (stats_expected.def), the generator against its published values,
 * and the coverage of intervals in simulation: an interval of 95 % that misses more often than that would turn noise
 * into verdicts.  Random data come from stats.h's own streams; seeds are fixed and printed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "protocol/stats.h"

#define STATS_SAMPLE(name, ...) static const double sample_##name[] = {__VA_ARGS__};
#define STATS_EXPECT(...)
#define STATS_WIDENING(...)
#include "stats_expected.def"
#undef STATS_SAMPLE
#undef STATS_EXPECT
#undef STATS_WIDENING

typedef struct expectation {
	const char *name;
	const double *values;
	size_t n;
	double median, q05, q25, q90, q99, boot_low, boot_high, boot_error;
} expectation;

#define STATS_SAMPLE(...)
#define STATS_WIDENING(...)
#define STATS_EXPECT(name, n, ...) {#name, sample_##name, n, __VA_ARGS__},
static const expectation expectations[] = {
#include "stats_expected.def"
};
#undef STATS_EXPECT
#undef STATS_WIDENING
#define STATS_EXPECT(...)
#define STATS_WIDENING(groups, factor) {groups, factor},
static const struct {
	size_t groups;
	double factor;
} widenings[] = {
#include "stats_expected.def"
};

#define SAMPLES (sizeof expectations / sizeof *expectations)
enum { MOST = 1001, RESAMPLES = 6000 };

static void assert_near(const char *what, const char *name, double got, double want, double error)
{
	if (!(fabs(got - want) <= error || got == want))
		fail_msg("%s of %s: got %.17g, want %.17g, allowed %g", what, name, got, want, error);
}

static void order_statistics_as_in_numpy(void **state)
{
	(void)state;
	double values[MOST];
	for (size_t i = 0; i < SAMPLES; i++) {
		const expectation *e = &expectations[i];
		const double error = 1e-12 * fabs(e->median);
		memcpy(values, e->values, e->n * sizeof *values);
		assert_near("median", e->name, stats_median(values, e->n), e->median, error);
		assert_near("5 %", e->name, stats_quantile(values, e->n, 0.05), e->q05, 1e-12 * fabs(e->q05));
		assert_near("25 %", e->name, stats_quantile(values, e->n, 0.25), e->q25, 1e-12 * fabs(e->q25));
		assert_near("90 %", e->name, stats_quantile(values, e->n, 0.90), e->q90, 1e-12 * fabs(e->q90));
		assert_near("99 %", e->name, stats_quantile(values, e->n, 0.99), e->q99, 1e-12 * fabs(e->q99));
	}
}

static void quantiles_at_the_ends(void **state)
{
	(void)state;
	const double values[] = {1, 2, 4};
	assert_true(stats_quantile(values, 3, 0) == 1);
	assert_true(stats_quantile(values, 3, 1) == 4);
	assert_true(stats_quantile(values, 1, 0.3) == 1);
}

static double *scratch_for(size_t resamples, size_t draw)
{
	double *scratch = malloc((resamples + draw) * sizeof *scratch);
	assert_non_null(scratch);
	return scratch;
}

static void bootstrap_of_one_group_as_in_scipy(void **state)
{
	(void)state;
	double *scratch = scratch_for(RESAMPLES, MOST);
	for (size_t i = 0; i < SAMPLES; i++) {
		const expectation *e = &expectations[i];
		const size_t start[] = {0, e->n};
		const stats_groups groups = {e->values, start, 1};
		const stats_interval got = stats_bootstrap_median(&groups, RESAMPLES, 7, scratch);
		assert_near("bootstrap's low end", e->name, got.low, e->boot_low, e->boot_error);
		assert_near("bootstrap's high end", e->name, got.high, e->boot_high, e->boot_error);
	}
	free(scratch);
}

/* Groups of one value each are an ordinary bootstrap over groups, widened. */
static void bootstrap_of_single_values_is_widened(void **state)
{
	(void)state;
	double *scratch = scratch_for(RESAMPLES, MOST);
	size_t start[MOST + 1];
	for (size_t i = 0; i <= MOST; i++)
		start[i] = i;
	for (size_t i = 0; i < SAMPLES; i++) {
		const expectation *e = &expectations[i];
		const stats_groups groups = {e->values, start, e->n};
		const double wide = stats_widening(e->n);
		const stats_interval got = stats_bootstrap_median(&groups, RESAMPLES, 8, scratch);
		assert_near("low end", e->name, e->median - (e->median - got.low) / wide, e->boot_low, e->boot_error + 1e-12);
		assert_near("high end", e->name, e->median + (got.high - e->median) / wide, e->boot_high,
		            e->boot_error + 1e-12);
	}
	free(scratch);
}

static void bootstrap_bears_empty_groups(void **state)
{
	(void)state;
	double scratch[200 + 12];
	const double values[] = {1, 2, 3, 4};
	const size_t start[] = {0, 0, 4, 4}, none[] = {0, 0};
	const stats_groups one_of_three = {values, start, 3}, nothing = {values, none, 1};
	const stats_interval got = stats_bootstrap_median(&one_of_three, 200, 1, scratch);
	assert_true(got.low >= 1 && got.low < got.high && got.high <= 4);
	assert_true(isnan(stats_bootstrap_median(&nothing, 200, 1, scratch).low));
}

static void bootstrap_repeats_by_its_seed(void **state)
{
	(void)state;
	double *scratch = scratch_for(200, MOST);
	const size_t start[] = {0, 20, 40, 61};
	const stats_groups groups = {sample_lognormal_61, start, 3};
	const stats_interval a = stats_bootstrap_median(&groups, 200, 1, scratch);
	const stats_interval b = stats_bootstrap_median(&groups, 200, 1, scratch);
	const stats_interval c = stats_bootstrap_median(&groups, 200, 2, scratch);
	assert_true(a.low == b.low && a.high == b.high);
	assert_true(a.low != c.low || a.high != c.high);
	free(scratch);
}

static void widening_as_by_scipys_t(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof widenings / sizeof *widenings; i++)
		assert_near("widening", "groups", stats_widening(widenings[i].groups), widenings[i].factor, 1e-4);
	assert_true(stats_widening(1) == 1.0);
	assert_true(stats_widening(100) >= 1.0 && stats_widening(100) < 1.1);
}

/* splitmix64 from state 0: published with the generator (Vigna). */
static void generator_known_answers(void **state)
{
	(void)state;
	assert_true(random_draw(0, 0) == UINT64_C(0xE220A8397B1DCDAF));
	assert_true(random_draw(0, 1) == UINT64_C(0x6E789E6AA1B965F4));
	assert_true(random_draw(0, 2) == UINT64_C(0x06C45D188009454F));
}

static void generator_moments(void **state)
{
	(void)state;
	enum { N = 100000, FACES = 7 };
	uint64_t stream = 42;
	double sum = 0, squares = 0, uniform = 0, chi = 0;
	size_t face[FACES] = {0};
	for (size_t i = 0; i < N; i++) {
		const double x = stats_normal(&stream), u = stats_uniform(&stream);
		assert_true(u >= 0 && u < 1);
		sum += x;
		squares += x * x;
		uniform += u;
		face[stats_below(&stream, FACES)]++;
	}
	for (size_t i = 0; i < FACES; i++)
		chi += pow((double)face[i] - N / 7.0, 2) / (N / 7.0);
	assert_near("mean", "normal", sum / N, 0, 0.02);
	assert_near("variance", "normal", squares / N, 1, 0.02);
	assert_near("mean", "uniform", uniform / N, 0.5, 0.005);
	assert_true(chi < 22.5); // 6 degrees of freedom, 0.1 %
}

/* Share of simulated races whose interval misses the true median 0: `between` is the spread of processes in units of
 * the spread of blocks; one block in ten is four times as noisy. */
static double share_missed(size_t processes, size_t blocks, double between, uint64_t seed, double *scratch)
{
	enum { RACES = 1000 };
	double value[64];
	size_t start[8], missed = 0;
	for (size_t i = 0; i < RACES; i++) {
		uint64_t stream = random_draw(seed, i);
		for (size_t p = 0; p < processes; p++) {
			const double process = between * stats_normal(&stream);
			start[p] = p * blocks;
			for (size_t b = 0; b < blocks; b++)
				value[p * blocks + b] = process + (stats_uniform(&stream) < 0.1 ? 4 : 1) * stats_normal(&stream);
		}
		start[processes] = processes * blocks;
		const stats_groups groups = {value, start, processes};
		const stats_interval interval = stats_bootstrap_median(&groups, 300, i, scratch);
		missed += interval.low > 0 || interval.high < 0;
	}
	return (double)missed / RACES;
}

static void intervals_cover_as_they_say(void **state)
{
	(void)state;
	static const struct {
		size_t processes, blocks;
	} designs[] = {{2, 6}, {3, 6}, {5, 12}};
	static const double between[] = {0, 0.5, 1, 3};
	double *scratch = scratch_for(300, 64);
	for (size_t d = 0; d < 3; d++)
		for (size_t i = 0; i < 4; i++) {
			const double missed = share_missed(designs[d].processes, designs[d].blocks, between[i], 100 * d + i,
			                                   scratch);
			print_message("%zu processes of %zu blocks, spread between processes %.1f: %.1f %% missed (seed %zu)\n",
			              designs[d].processes, designs[d].blocks, between[i], 100 * missed, 100 * d + i);
			assert_true(missed <= 0.05);
		}
	free(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_statistics_as_in_numpy),
		cmocka_unit_test(quantiles_at_the_ends),
		cmocka_unit_test(bootstrap_of_one_group_as_in_scipy),
		cmocka_unit_test(bootstrap_of_single_values_is_widened),
		cmocka_unit_test(bootstrap_bears_empty_groups),
		cmocka_unit_test(bootstrap_repeats_by_its_seed),
		cmocka_unit_test(widening_as_by_scipys_t),
		cmocka_unit_test(generator_known_answers),
		cmocka_unit_test(generator_moments),
		cmocka_unit_test(intervals_cover_as_they_say),
	};
	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
