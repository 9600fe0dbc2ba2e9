/* SPDX-License-Identifier: MIT */
/* test_noise.c - the perturbed reference: the generator draws what it claims, the shortcut for sums errs like
 * operation by operation rounding, noise of no amplitude is no noise, equal keys give equal runs, and the spread
 * of samples has the size of float32 errors. */
#include "reference_problem.h"

#include "model/ref_chain.h"

static const double U = 0x1p-24;
static const ref_noise F32 = {.key = 20261, .relative = 0x1p-24, .absolute = 0x1p-150, .activation = 4};

/* splitmix64 with seed 1234567, as published with its reference implementation. */
static void test_published_vectors(void **state)
{
	static const uint64_t want[5] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
	                                 UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
	                                 UINT64_C(16408922859458223821)};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_true(random_draw(1234567, i) == want[i]);
}

/* Moments of both halves over neighbouring streams, neighbouring draws and neighbouring units, and the correlation of
 * neighbours: each within 5 standard deviations of a uniform in (-1, 1). */
static void test_moments(void **state)
{
	enum { COUNT = 1 << 16 };
	const double tolerance = 5 / sqrt((double)COUNT);

	(void)state;
	assert_true(noise_unit(0) > 0 && noise_unit(UINT32_MAX) < 0);
	assert_true(noise_unit(0x7fffffffu) < 1 && noise_unit(0x80000000u) > -1);
	for (int walk = 0; walk < 6; walk++) {
		double mean = 0, square = 0, lag = 0, before = 0;

		for (size_t i = 0; i < COUNT; i++) {
			uint64_t seed = noise_seed(&F32, walk / 2 == 2 ? i : 0, 0);
			uint64_t stream = noise_stream(&F32, seed, 1, walk / 2 == 1 ? i : 3, 0);
			uint64_t z = random_draw(stream, walk / 2 == 0 ? i : 7);
			double r = noise_unit((uint32_t)(walk % 2 ? z : z >> 32));

			mean += r / COUNT;
			square += r * r / COUNT;
			lag += r * before / COUNT;
			before = r;
		}
		if (fabs(mean) > tolerance * 0.578 || fabs(square - 1.0 / 3) > tolerance * 0.2982 || fabs(lag) > tolerance / 3)
			fail_msg("walk %d: mean %g, square %g, lag %g", walk, mean, square, lag);
	}
}

/* Every argument of a stream matters, and t does not when correlated. */
static void test_streams_differ(void **state)
{
	ref_noise correlated = F32, other = F32;
	uint64_t seed = noise_seed(&F32, 1, 0), base = noise_stream(&F32, seed, 2, 3, 4);

	(void)state;
	correlated.correlated = 1;
	other.key++;
	assert_true(noise_seed(&other, 1, 0) != seed);
	assert_true(noise_seed(&F32, 0, 0) != seed && noise_seed(&F32, 1, 1) != seed);
	assert_true(noise_seed(&F32, 0, 1) != seed);
	assert_true(noise_stream(&F32, seed, 3, 3, 4) != base);
	assert_true(noise_stream(&F32, seed, 2, 4, 4) != base);
	assert_true(noise_stream(&F32, seed, 2, 3, 5) != base);
	assert_true(noise_stream(&correlated, seed, 2, 3, 4) == noise_stream(&correlated, seed, 2, 9, 4));
	assert_true(noise_stream(&correlated, seed, 2, 3, 4) != noise_stream(&correlated, seed, 2, 3, 5));
}

/* Deviations, in u, of a sum of K products perturbed by the shortcut and operation by operation. */
static void sum_spread(size_t K, double deviation[2])
{
	enum { SAMPLES = 4096, MOST = 64 };
	double a[MOST], b[MOST], exact = 0, square[2] = {0, 0};

	for (size_t k = 0; k < K; k++) {
		a[k] = noise_unit((uint32_t)random_draw(11, k));
		b[k] = noise_unit((uint32_t)random_draw(12, k));
		exact += a[k] * b[k];
	}
	for (uint64_t key = 0; key < SAMPLES; key++) {
		ref_noise noise = {.key = key, .relative = U};
		double scratch;
		ref_errors errs = {.noise = &noise, .seed = noise_seed(&noise, 0, 0), .squares = &scratch};
		ref_terms terms = {.a = a, .a_step = 1, .b = b, .b_step = 1, .count = K};
		double sum[2] = {0, 0};
		noise_rounding pen = {&noise, random_mix(key)};

		ref_chain(&sum[0], 1, &terms, &errs, (ref_site){.operation = 0});
		for (size_t k = 0; k < K; k++)
			sum[1] = fl(&pen, sum[1] + fl(&pen, a[k] * b[k]));
		for (size_t way = 0; way < 2; way++)
			square[way] += pow(sum[way] - exact, 2) / SAMPLES;
	}
	for (size_t way = 0; way < 2; way++)
		deviation[way] = sqrt(square[way]) / U;
}

/* One perturbation of a sum against perturbing each product and each partial sum: deviations within 6 %
 * (one over 4096 samples is known to about 1 %). */
static void test_shortcut(void **state)
{
	static const size_t lengths[] = {1, 2, 7, 40};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		double deviation[2];

		sum_spread(lengths[i], deviation);
		print_message("%zu products: shortcut %.3g u, step by step %.3g u\n", lengths[i], deviation[0], deviation[1]);
		assert_true(fabs(deviation[0] / deviation[1] - 1) < 0.06);
	}
}

/* The coherent part of correlated noise in a sum over n steps: deviation 0.25 u (n/2) |sum|. */
static void test_coherent_part(void **state)
{
	enum { K = 1000, SAMPLES = 4096 };
	double ones[K], spread = 0;

	(void)state;
	for (size_t k = 0; k < K; k++)
		ones[k] = 1;
	for (uint64_t key = 0; key < SAMPLES; key++) {
		ref_noise noise = {.key = key, .relative = U, .correlated = 1};
		ref_errors errs = {.noise = &noise, .seed = noise_seed(&noise, 0, 0)};
		ref_terms terms = {.b = ones, .b_step = 1, .count = K};
		double sum = 0, no_squares = 0;

		ref_chain_add(&sum, NULL, 1, &terms);
		ref_chain_end(&sum, &no_squares, 1, K, &errs, (ref_site){.over_time = 1});
		spread += (sum - K) * (sum - K) / SAMPLES;
	}
	assert_true(fabs(sqrt(spread) / (0.25 * U * K / 2 * K) - 1) < 0.05);
}

static const char *const problems[] = {"lstm_L2_D2_T5_N3_I4_H6_P3_len_drop", "lstm_T6_N2_I5_H9",
                                       "gru_L2_D2_T5_N3_I4_H6_bf_len_drop",  "rnn_tanh_L2_T5_N2_I4_H6_nobias",
                                       "rnn_relu_D2_T5_N2_I4_H6_bf",         "gru_T7_N1_I3_H5_unb"};

static void test_no_amplitude_is_exact(void **state)
{
	const ref_noise silent[2] = {{.key = 5, .activation = 4}, {.key = 6, .activation = 4, .correlated = 1}};

	(void)state;
	for (size_t p = 0; p < sizeof problems / sizeof *problems; p++)
		for (size_t i = 0; i < 2; i++) {
			drawn exact = drawn_create(problems[p], p), noisy = drawn_create(problems[p], p);
			ref_stats stats;

			drawn_run(&exact, NULL, i ? &stats : NULL);
			drawn_run(&noisy, &silent[i], NULL);
			assert_same_results(&exact, &noisy);
			drawn_destroy(&exact);
			drawn_destroy(&noisy);
		}
}

/* Equal keys: equal bits.  Another key: nearly every element of every result differs. */
static void test_keys(void **state)
{
	(void)state;
	for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
		drawn first = drawn_create(problems[p], p), again = drawn_create(problems[p], p);
		drawn other = drawn_create(problems[p], p);
		ref_noise key = F32;

		key.key++;
		drawn_run(&first, &F32, NULL);
		drawn_run(&again, &F32, NULL);
		drawn_run(&other, &key, NULL);
		assert_same_results(&first, &again);
		for (size_t i = 0; i < first.tensors->count; i++) {
			size_t same = 0, count = first.tensors->row[i].count;

			for (size_t j = 0; j < count; j++)
				same += first.value[i][j] != 0 && first.value[i][j] == other.value[i][j];
			if (first.tensors->row[i].role >= GM_ROLE_OUTPUT && 10 * same > count)
				fail_msg("%s %s: %zu of %zu unmoved", problems[p], first.tensors->row[i].name, same, count);
		}
		drawn_destroy(&first);
		drawn_destroy(&again);
		drawn_destroy(&other);
	}
}

/* Without recurrence and with an input constant in time, correlated noise repeats itself at every step; the other
 * not. */
static void test_correlated_repeats(void **state)
{
	(void)state;
	for (int correlated = 0; correlated < 2; correlated++) {
		drawn d = drawn_create("rnn_tanh_T6_N2_I3_H4", 8);
		double *x = drawn_value(&d, GM_INPUT, 0, 0), *y = drawn_value(&d, GM_OUTPUT, 0, 0);
		ref_noise noise = F32;
		size_t same = 0;

		drawn_drop(&d, GM_WEIGHT_HH);
		for (size_t i = 6; i < 36; i++)
			x[i] = x[i % 6];
		noise.correlated = correlated;
		drawn_run(&d, &noise, NULL);
		for (size_t i = 8; i < 48; i++)
			same += y[i] == y[i % 8];
		assert_int_equal(same, correlated ? 40 : 0);
		drawn_destroy(&d);
	}
}

/* Mean square, per element, of noisy minus exact. */
static void measure_spread(const char *problem, const drawn *exact, double **spread)
{
	enum { SAMPLES = 16 };
	drawn noisy = drawn_create(problem, 3);

	for (uint64_t key = 0; key < SAMPLES; key++) {
		ref_noise noise = F32;

		noise.key = key;
		drawn_run(&noisy, &noise, NULL);
		for (size_t i = 0; i < exact->tensors->count; i++)
			for (size_t j = 0; j < exact->tensors->row[i].count; j++)
				spread[i][j] += pow(noisy.value[i][j] - exact->value[i][j], 2) / SAMPLES;
	}
	drawn_destroy(&noisy);
}

/* Spread about the exact run, per row, in u of the row's RMS: the size of honest float32 errors. */
static void test_spread(void **state)
{
	const char *problem = "lstm_T16_N2_I32_H32";
	drawn exact = drawn_create(problem, 3), spread = drawn_create(problem, 3);
	double least = INFINITY, most = 0;

	(void)state;
	drawn_run(&exact, NULL, NULL);
	for (size_t i = 0; i < spread.tensors->count; i++)
		memset(spread.value[i], 0, spread.tensors->row[i].count * sizeof **spread.value);
	measure_spread(problem, &exact, spread.value);
	for (size_t i = 0; i < exact.tensors->count; i++) {
		const gm_tensor *row = &exact.tensors->row[i];
		size_t width = row->dim[row->rank - 1];

		for (size_t at = 0; row->role >= GM_ROLE_OUTPUT && at < row->count; at += width) {
			double off = 0, size = 0, ratio;

			for (size_t j = at; j < at + width; j++) {
				off += spread.value[i][j];
				size += exact.value[i][j] * exact.value[i][j];
			}
			ratio = sqrt(off / size) / U;
			least = ratio < least ? ratio : least;
			most = ratio > most ? ratio : most;
			if (!(ratio > 0.2 && ratio < 50))
				fail_msg("%s row %zu: spread %g u", row->name, at / width, ratio);
		}
	}
	print_message("spread %.2g to %.2g u of the row\n", least, most);
	drawn_destroy(&exact);
	drawn_destroy(&spread);
}

/* With weights and biases 0 and exact activations every gate is 0.5 or 0, and what is left of a step is a product
 * of known length: its relative variance counts its roundings, each worth u^2/3.  State 0.7, upstream 1. */
static const struct count {
	const char *problem;
	gm_kind upstream, result;
	size_t element;
	double roundings;
} counts[] = {
	{"rnn_tanh_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_GRAD_BIAS_IH, 0, 4}, /* d; 1 - h^2; da; db */
	{"gru_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_H_N, 0, 3},               /* h' - n; z (); + n */
	{"gru_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_GRAD_H_0, 0, 5},          /* d; d z; + of three gates */
	{"gru_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_GRAD_BIAS_IH, 1, 7},      /* d; h' - n; (); 1 - z; z (); da_z; db */
	{"gru_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_GRAD_BIAS_IH, 2, 6},      /* d; 1 - z; (); 1 - n^2; da_n; db */
	{"gru_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_GRAD_BIAS_HH, 2, 7},      /* and da_nh */
	{"lstm_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_C_N, 0, 2},              /* f c'; + */
	{"lstm_T1_N1_I1_H1", GM_GRAD_C_N, GM_GRAD_C_0, 0, 2},            /* dc; dc f */
	{"lstm_T1_N1_I1_H1", GM_GRAD_C_N, GM_GRAD_BIAS_IH, 1, 6},        /* dc; dc c'; 1 - f; f (); da_f; db */
	{"lstm_T1_N1_I1_H1", GM_GRAD_C_N, GM_GRAD_BIAS_HH, 2, 5},        /* dc; dc i; 1 - g^2; da_g; db */
	{"lstm_T1_N1_I1_H1", GM_GRAD_OUTPUT, GM_H_N, 0, 2.703}, /* f c', +: each (c tanh'(c)/tanh(c))^2; o tanh(c) */
};

static drawn counted_problem(const struct count *count)
{
	drawn d = drawn_create(count->problem, 1);

	for (size_t i = 0; i < d.tensors->count; i++) {
		const gm_tensor *row = &d.tensors->row[i];
		int given = row->kind == GM_H_0 || row->kind == GM_C_0;

		for (size_t j = 0; j < row->count; j++)
			d.value[i][j] = given ? 0.7 : row->kind == count->upstream;
	}
	return d;
}

static void test_every_operation_errs(void **state)
{
	enum { SAMPLES = 8192 };

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		drawn d = counted_problem(&counts[i]);
		double *result = &drawn_value(&d, counts[i].result, 0, 0)[counts[i].element], square = 0, exact;

		drawn_run(&d, NULL, NULL);
		exact = *result;
		assert_true(exact != 0);
		for (uint64_t key = 0; key < SAMPLES; key++) {
			ref_noise noise = {.key = key, .relative = U};

			drawn_run(&d, &noise, NULL);
			square += pow((*result / exact - 1) / U, 2) * 3 / SAMPLES;
		}
		if (fabs(square / counts[i].roundings - 1) > 0.08)
			fail_msg("%s, row %zu: %g roundings, must be %g", counts[i].problem, i, square, counts[i].roundings);
		drawn_destroy(&d);
	}
}

/* What is finite stays finite beside infinities, and what is not does not become so: noise on an infinity must not
 * make a NaN of it, which would spread. */
static void test_infinity_survives(void **state)
{
	static const struct {
		const char *problem;
		gm_kind where;
	} cases[] = {{"rnn_relu_T3_N1_I2_H4", GM_INPUT}, {"lstm_T2_N1_I2_H4", GM_C_0}, {"gru_T2_N1_I2_H4", GM_H_0}};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		drawn exact = drawn_create(cases[k].problem, 9), noisy = drawn_create(cases[k].problem, 9);

		drawn_value(&exact, cases[k].where, 0, 0)[1] = INFINITY;
		drawn_value(&noisy, cases[k].where, 0, 0)[1] = INFINITY;
		drawn_run(&exact, NULL, NULL);
		drawn_run(&noisy, &F32, NULL);
		for (size_t i = 0; i < exact.tensors->count; i++)
			for (size_t j = 0; j < exact.tensors->row[i].count; j++) {
				double want = exact.value[i][j], got = noisy.value[i][j];

				if (!isfinite(want) != !isfinite(got))
					fail_msg("%s %s[%zu]: exact %g, noisy %g", cases[k].problem, exact.tensors->row[i].name, j, want,
					         got);
			}
		drawn_destroy(&exact);
		drawn_destroy(&noisy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_published_vectors),
	                                   cmocka_unit_test(test_moments),
	                                   cmocka_unit_test(test_streams_differ),
	                                   cmocka_unit_test(test_shortcut),
	                                   cmocka_unit_test(test_coherent_part),
	                                   cmocka_unit_test(test_no_amplitude_is_exact),
	                                   cmocka_unit_test(test_keys),
	                                   cmocka_unit_test(test_correlated_repeats),
	                                   cmocka_unit_test(test_spread),
	                                   cmocka_unit_test(test_every_operation_errs),
	                                   cmocka_unit_test(test_infinity_survives)};

	return cmocka_run_group_tests_name("noise", tests, NULL, NULL);
}
