/* SPDX-License-Identifier: MIT */
/* test_canonical.c - reference/CANONICAL.md as plain C, rule by rule, for one layer: what scalar-oracle must give, bit
 * for bit.  Slow and obvious on purpose; nothing here is shared with the kernels.  fmaf is exact by the C standard. */
#include "base/cells.h"
#include "run_variant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float from_bits(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof f);
	return f;
}

static uint32_t to_bits(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof bits);
	return bits;
}

/* R11 */
static float reduce(float x, float *s)
{
	const float M = 0x1.8000FEp23f;
	float t = fmaf(x, 0x1.715476p+0f, M);
	float n = t - M;
	float r = fmaf(-n, 0x1.7f7d1cp-20f, fmaf(-n, 0x1.62e4p-1f, x));
	float q = fmaf(r, 0x1.6d995cp-10f, 0x1.122838p-7f);

	q = fmaf(r, q, 0x1.555486p-5f);
	q = fmaf(r, q, 0x1.5554bp-3f);
	q = fmaf(r, q, 0x1p-1f);
	*s = from_bits(to_bits(t) << 23);
	return fmaf(r * r, q, r);
}

static float sigmoid(float a)
{
	float x = 88.0f < -a ? 88.0f : -a, s, p;

	x = -87.25f > x ? -87.25f : x;
	p = reduce(x, &s);
	return 1.0f / (1.0f + fmaf(s, p, s));
}

static float hyperbolic(float x)
{
	float z = fabsf(x) + fabsf(x), s, p, e;

	z = 18.04f < z ? 18.04f : z;
	p = reduce(z, &s);
	e = fmaf(s, p, s - 1.0f);
	return copysignf(e / (e + 2.0f), x);
}

static float slope(float s) /* q(s) */ { return s * (1.0f - s); }

static float fnma(float a, float b, float c) { return fmaf(-a, b, c); }

/* One layer, one direction, time-major; arrays over t hold T+1 or T entries of N rows. */
typedef struct plain {
	const variant_run *run;
	size_t T, N, I, H, P, R, G;
	uint32_t cell;
	const float *x, *w_ih, *w_hh, *b_ih, *b_hh, *w_hr;
	float *h, *c;                          /* (T+1, N, R), (T+1, N, H) */
	float *gate, *nh, *m, *da, *da_nh, *d; /* (T, N, G*H), (T, N, H) x2, (T, N, G*H), (T, N, H), (T, N, R) */
} plain;

static const float *optional(const variant_run *run, const char *name)
{
	size_t row = gm_tensors_find(run->tensors, name);

	return row == GM_NO_TENSOR ? NULL : run->data[row];
}

static float *floats(size_t a, size_t b)
{
	float *p = calloc(a * b, sizeof *p);

	assert_non_null(p);
	return p;
}

static void open_plain(plain *p, const variant_run *run)
{
	const gm_problem *problem = &run->spec.problem;

	*p = (plain){.run = run,
	             .T = run->spec.T,
	             .N = run->spec.N,
	             .I = problem->input_size,
	             .H = problem->hidden_size,
	             .P = problem->proj_size,
	             .R = gm_state_size(problem),
	             .G = gm_gates(problem->cell),
	             .cell = problem->cell,
	             .x = optional(run, "input"),
	             .w_ih = optional(run, "weight_ih_l0"),
	             .w_hh = optional(run, "weight_hh_l0"),
	             .b_ih = optional(run, "bias_ih_l0"),
	             .b_hh = optional(run, "bias_hh_l0"),
	             .w_hr = optional(run, "weight_hr_l0")};
	p->h = floats((p->T + 1) * p->N, p->R);
	p->c = floats((p->T + 1) * p->N, p->H);
	p->gate = floats(p->T * p->N, p->G * p->H);
	p->nh = floats(p->T * p->N, p->H);
	p->m = floats(p->T * p->N, p->H);
	p->da = floats(p->T * p->N, p->G * p->H);
	p->da_nh = floats(p->T * p->N, p->H);
	p->d = floats(p->T * p->N, p->R);
	memcpy(p->h, optional(run, "h_0"), p->N * p->R * sizeof(float));
	if (p->cell == GM_LSTM)
		memcpy(p->c, optional(run, "c_0"), p->N * p->H * sizeof(float));
}

static void close_plain(plain *p)
{
	float *all[] = {p->h, p->c, p->gate, p->nh, p->m, p->da, p->da_nh, p->d};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		free(all[i]);
}

static float chain(float v, const float *a, const float *b, size_t count)
{
	for (size_t k = 0; k < count; k++)
		v = fmaf(a[k], b[k], v);
	return v;
}

/* R2, R3: the pre-activation of gate row g of (t, n), x then h'; GRU's new gate is left to forward_unit. */
static float pre(const plain *p, size_t t, size_t n, size_t row)
{
	float b = p->b_ih ? p->b_ih[row] + p->b_hh[row] : 0.0f;
	float a = chain(b, p->x + (t * p->N + n) * p->I, p->w_ih + row * p->I, p->I);

	return chain(a, p->h + (t * p->N + n) * p->R, p->w_hh + row * p->R, p->R);
}

#include "canonical_cells.inc"

/* R4 */
static void forward(plain *p)
{
	for (size_t t = 0; t < p->T; t++)
		for (size_t n = 0; n < p->N; n++) {
			size_t at = t * p->N + n;
			float *h = p->h + (at + p->N) * p->R;

			for (size_t u = 0; u < p->H; u++)
				formulas[p->cell].unit(p, t, n, u);
			for (size_t j = 0; j < p->R; j++)
				h[j] = p->P ? chain(0.0f, p->w_hr + j * p->H, p->m + at * p->H, p->H) : p->m[at * p->H + j];
		}
}

/* da of gate row g for the recurrent side: GRU's new gate takes da_nh. */
static float recurrent_da(const plain *p, size_t at, size_t g, size_t u)
{
	return p->cell == GM_GRU && g == 2 ? p->da_nh[at * p->H + u] : p->da[(at * p->G + g) * p->H + u];
}

/* R5 of one row at one step: r in, r of the step before out. */
static void recur(plain *p, size_t at, const float *upstream, float *r, float *dc)
{
	float *d = p->d + at * p->R;

	for (size_t j = 0; j < p->R; j++)
		d[j] = upstream[j] + r[j];
	for (size_t u = 0; u < p->H; u++) {
		float dm = d[p->P ? 0 : u];

		if (p->P) {
			dm = 0.0f;
			for (size_t k = 0; k < p->P; k++)
				dm = fmaf(d[k], p->w_hr[k * p->H + u], dm);
		}
		formulas[p->cell].back(p, at, u, dm, dc + u);
	}
	for (size_t j = 0; j < p->R; j++) {
		float sum = 0.0f;

		for (size_t g = 0; g < p->G; g++) {
			float s = 0.0f;

			for (size_t u = 0; u < p->H; u++)
				s = fmaf(recurrent_da(p, at, g, u), p->w_hh[(g * p->H + u) * p->R + j], s);
			sum = g ? sum + s : s;
		}
		r[j] = p->cell == GM_GRU ? fmaf(d[j], p->gate[at * 3 * p->H + p->H + j], sum) : sum;
	}
}

/* R9: c (rows, cols) by one chain an element. */
static void weight_gradient(const plain *p, float *c, size_t rows, const float *b, size_t cols, int recurrent)
{
	for (size_t row = 0; row < rows; row++)
		for (size_t j = 0; j < cols; j++) {
			float v = 0.0f;

			for (size_t t = p->T; t-- > 0;)
				for (size_t n = 0; n < p->N; n++) {
					size_t at = t * p->N + n, g = row / p->H, u = row % p->H;
					float da = recurrent ? recurrent_da(p, at, g, u) : p->da[at * p->G * p->H + row];

					v = b ? fmaf(da, b[at * cols + j], v) : v + da;
				}
			c[row * cols + j] = v;
		}
}

static void projection_gradient(const plain *p, float *c)
{
	for (size_t j = 0; j < p->P; j++)
		for (size_t u = 0; u < p->H; u++) {
			float v = 0.0f;

			for (size_t t = p->T; t-- > 0;)
				for (size_t n = 0; n < p->N; n++)
					v = fmaf(p->d[(t * p->N + n) * p->P + j], p->m[(t * p->N + n) * p->H + u], v);
			c[j * p->H + u] = v;
		}
}

static void expect(const variant_run *run, const char *name, const float *want, size_t count)
{
	if (!same_bits(name, want, run_tensor(run, name), count))
		fail_msg("%s differs from CANONICAL.md in %s", run->variant->name, name);
}

static void expect_gradient(const plain *p, const char *name, const float *b, size_t cols, int recurrent)
{
	size_t rows = p->G * p->H;
	float *c = floats(rows, cols);

	weight_gradient(p, c, rows, b, cols, recurrent);
	expect(p->run, name, c, rows * cols);
	free(c);
}

static void check_backward(plain *p)
{
	const variant_run *run = p->run;
	float *r = floats(p->N, p->R), *dc = floats(p->N, p->H), *dx = floats(p->T * p->N, p->I);

	memcpy(r, optional(run, "grad_h_n"), p->N * p->R * sizeof *r);
	if (p->cell == GM_LSTM)
		memcpy(dc, optional(run, "grad_c_n"), p->N * p->H * sizeof *dc);
	for (size_t t = p->T; t-- > 0;)
		for (size_t n = 0; n < p->N; n++)
			recur(p, t * p->N + n, optional(run, "grad_output") + (t * p->N + n) * p->R, r + n * p->R, dc + n * p->H);
	for (size_t i = 0; i < p->T * p->N * p->I; i++) /* R8 */
		for (size_t k = 0; k < p->G * p->H; k++)
			dx[i] = fmaf(p->da[i / p->I * p->G * p->H + k], p->w_ih[k * p->I + i % p->I], dx[i]);
	expect(run, "grad_input", dx, p->T * p->N * p->I);
	expect(run, "grad_h_0", r, p->N * p->R);
	if (p->cell == GM_LSTM)
		expect(run, "grad_c_0", dc, p->N * p->H);
	expect_gradient(p, "grad_weight_ih_l0", p->x, p->I, 0);
	expect_gradient(p, "grad_weight_hh_l0", p->h, p->R, 1);
	if (p->b_ih) {
		expect_gradient(p, "grad_bias_ih_l0", NULL, 1, 0);
		expect_gradient(p, "grad_bias_hh_l0", NULL, 1, 1);
	}
	if (p->P) {
		float *c = floats(p->P, p->H);

		projection_gradient(p, c);
		expect(run, "grad_weight_hr_l0", c, p->P * p->H);
		free(c);
	}
	free(r), free(dc), free(dx);
}

static void expect_page(const gm_variant *variant, const char *problem, uint64_t seed)
{
	variant_run run;
	plain p;

	run_random(&run, variant, problem, seed, GM_MODE_TRAIN);
	run_forward(&run);
	run_backward(&run);
	open_plain(&p, &run);
	forward(&p);
	expect(&run, "output", p.h + p.N * p.R, p.T * p.N * p.R);
	expect(&run, "h_n", p.h + p.T * p.N * p.R, p.N * p.R);
	check_backward(&p);
	close_plain(&p);
	run_close(&run);
}

static void test_page_is_what_runs(void **state)
{
	static const char *const problems[] = {"lstm_T5_N2_I9_H13_P6", "lstm_T3_N1_I4_H5_nobias", "gru_T4_N2_I17_H9_nobias",
	                                       "rnn_tanh_T90_N3_I2_H4"};
	const gm_variant *variant = gm_variant_find("scalar-oracle");
	gm_error error;
	char problem[64];

	(void)state;
	if (gm_variant_runnable(variant, &error) != GM_OK) {
		print_message("SKIP %s\n", error.message);
		skip();
	}
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
		expect_page(variant, problems[i], 100 + i);
	for (size_t i = 0; i < GM_CELLS; i++) {
		snprintf(problem, sizeof problem, "%s_T7_N3_I5_H11", cell_table[i].name);
		expect_page(variant, problem, 200 + i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_page_is_what_runs)};

	return cmocka_run_group_tests_name("canonical", tests, NULL, NULL);
}
