/* SPDX-License-Identifier: MIT */
/* readings.c - a reading is an order of gates and a twist: what is changed about the inputs before the reference runs
 * (a row of `twist`).  The one that no change of inputs gives, a reset before the product, is computed here. */
#include "readings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"
#include "model/locate.h"
#include "model/ref.h"

enum { NAME = 160, MOST_GATES = 4, N_GATE = 2 };

typedef struct tried { /* one reading of a problem */
	const judge_problem *p;
	size_t H, G;
	double **value, **store; /* by row: as this reading takes it, NULL = not there; where it lies */
	const int64_t *lengths;
	int reset_before;
} tried;

/* ---- twists ---- */

static double *value_of(const tried *t, gm_kind kind)
{
	size_t row = gm_tensors_index(t->p->tensors, kind, 0, 0);
	return row == GM_NO_TENSOR ? NULL : t->value[row];
}

static void leave_out(tried *t, unsigned kinds)
{
	for (size_t k = 0; k < t->p->tensors->count; k++)
		if (kinds >> t->p->tensors->row[k].kind & 1)
			t->value[k] = NULL;
	if (kinds >> GM_LENGTHS & 1)
		t->lengths = NULL;
}

enum { LANES = 31, IH = LANES + 1, HH = 2 * IH }; /* of drop_tail's parameter: lanes, and which matrices */

/* Columns behind the last whole vector. */
static void drop_tail(tried *t, unsigned parameter)
{
	const size_t lanes = parameter & LANES;
	for (size_t k = 0; k < t->p->tensors->count; k++) {
		const gm_tensor *m = &t->p->tensors->row[k];
		const size_t width = m->rank == 2 ? m->dim[1] : 1;
		const unsigned of = m->kind == GM_WEIGHT_IH ? IH : m->kind == GM_WEIGHT_HH ? HH : 0;
		for (size_t i = 0; (parameter & of) && i < m->count; i++)
			if (i % width >= width - width % lanes)
				t->value[k][i] = 0;
	}
}

static void transpose(tried *t, unsigned unused)
{
	(void)unused;
	for (size_t k = 0; k < t->p->tensors->count; k++)
		for (size_t i = 0; t->p->tensors->row[k].kind == GM_WEIGHT_HH && i < t->p->tensors->row[k].count; i++) {
			const size_t H = t->H, row = i / H % H, column = i % H, other = i - row * H - column + column * H + row;
			const double kept = t->value[k][i];
			if (other < i || t->p->tensors->row[k].dim[1] != H)
				continue;
			t->value[k][i] = t->value[k][other];
			t->value[k][other] = kept;
		}
}

static void negate_z(tried *t, unsigned unused)
{
	(void)unused;
	for (size_t k = 0; k < t->p->tensors->count; k++) {
		const gm_tensor *w = &t->p->tensors->row[k];
		const size_t block = w->count / t->G;
		for (size_t i = block; w->role == GM_ROLE_WEIGHT && t->value[k] && i < 2 * block; i++)
			t->value[k][i] = -t->value[k][i];
	}
}

static void reset_without_bias(tried *t, unsigned unused)
{
	(void)unused;
	for (size_t k = 0; k < t->p->tensors->count; k++) {
		const gm_tensor *b = &t->p->tensors->row[k];
		const size_t other = gm_tensors_index(t->p->tensors, GM_BIAS_IH, b->layer, b->direction);
		for (size_t i = N_GATE * t->H; b->kind == GM_BIAS_HH && i < b->count; i++) {
			t->value[other][i] += t->value[k][i];
			t->value[k][i] = 0;
		}
	}
}

static void reset_before(tried *t, unsigned unused)
{
	(void)unused;
	t->reset_before = 1;
}

enum { GRU = 1 << GM_GRU, WITH_C = CELLS_WITH_C, GATED = CELLS_GATED, ANY = CELLS_ALL };

static const struct twist {
	const char *name;
	unsigned cells;
	int with_orders; /* 0: of gates as they are alone */
	void (*apply)(tried *t, unsigned parameter);
	unsigned parameter;
} twist[] = {
	{"", GATED, 1, leave_out, 0},
	{"reset before the recurrent product (ONNX: linear_before_reset = 0)", GRU, 1, reset_before, 0},
	{"z and 1 - z exchanged", GRU, 1, negate_z, 0},
	{"bias_hh of n outside the reset product", GRU, 1, reset_without_bias, 0},
	{"bias_hh left out", ANY, 0, leave_out, 1u << GM_BIAS_HH},
	{"bias_ih left out", ANY, 0, leave_out, 1u << GM_BIAS_IH},
	{"both biases left out", ANY, 0, leave_out, 1u << GM_BIAS_IH | 1u << GM_BIAS_HH},
	{"weight_hh transposed", ANY, 0, transpose, 0},
	{"weight_hh left out", ANY, 0, leave_out, 1u << GM_WEIGHT_HH},
	{"h_0 left out", ANY, 0, leave_out, 1u << GM_H_0},
	{"c_0 left out", WITH_C, 0, leave_out, 1u << GM_C_0},
	{"h_0 and c_0 left out", WITH_C, 0, leave_out, 1u << GM_H_0 | 1u << GM_C_0},
	{"lengths left out", ANY, 0, leave_out, 1u << GM_LENGTHS},
	{"dropout masks left out", ANY, 0, leave_out, 1u << GM_DROPOUT_MASK},
	{"columns of weight_ih and weight_hh behind the last multiple of 16 left out", ANY, 0, drop_tail, IH | HH | 16},
	{"columns of weight_ih behind the last multiple of 16 left out", ANY, 0, drop_tail, IH | 16},
	{"columns of weight_hh behind the last multiple of 16 left out", ANY, 0, drop_tail, HH | 16},
	{"columns of weight_ih and weight_hh behind the last multiple of 8 left out", ANY, 0, drop_tail, IH | HH | 8},
	{"columns of weight_ih behind the last multiple of 8 left out", ANY, 0, drop_tail, IH | 8},
	{"columns of weight_hh behind the last multiple of 8 left out", ANY, 0, drop_tail, HH | 8},
	{"columns of weight_ih and weight_hh behind the last multiple of 4 left out", ANY, 0, drop_tail, IH | HH | 4},
	{"columns of weight_ih behind the last multiple of 4 left out", ANY, 0, drop_tail, IH | 4},
	{"columns of weight_hh behind the last multiple of 4 left out", ANY, 0, drop_tail, HH | 4},
};

/* ---- orders of gates ---- */

static const char *const known_order[][2] = {
	{"iofg", "ONNX"}, {"igfo", "TensorFlow's BasicLSTMCell"}, {"ifog", "Caffe"}, {"zrn", "ONNX, Keras"}};

/* The k-th of the G! orders, as indices of gates; 0 is PyTorch's. */
static void order_of(size_t k, size_t G, size_t order[MOST_GATES])
{
	size_t left[MOST_GATES] = {0, 1, 2, 3}, orders = 1;
	for (size_t g = 2; g <= G; g++)
		orders *= g;
	for (size_t place = 0; place < G; place++) {
		orders /= G - place;
		size_t which = k / orders % (G - place);
		order[place] = left[which];
		memmove(left + which, left + which + 1, (MOST_GATES - 1 - which) * sizeof *left);
	}
}

/* Blocks of the weights from that order into the reference's. */
static void put_in_order(tried *t, const size_t order[MOST_GATES])
{
	for (size_t k = 0; k < t->p->tensors->count; k++) {
		const gm_tensor *w = &t->p->tensors->row[k];
		const float *given = t->p->data[k];
		const size_t block = w->count / t->G;
		if (w->role != GM_ROLE_WEIGHT || w->kind == GM_WEIGHT_HR || !given)
			continue;
		for (size_t i = 0; i < w->count; i++)
			t->value[k][order[i / block] * block + i % block] = given[i];
	}
}

static void name_of(const tried *t, size_t order, const size_t gates[MOST_GATES], const char *what, char name[NAME])
{
	char letters[MOST_GATES + 1] = "";
	const char *known = "";
	name[0] = '\0';
	for (size_t g = 0; g < t->G; g++)
		letters[g] = gate_letter(t->p->spec->problem.cell, gates[g]);
	for (size_t k = 0; k < sizeof known_order / sizeof known_order[0]; k++)
		if (strcmp(known_order[k][0], letters) == 0)
			known = known_order[k][1];
	if (order > 0)
		location_append(name, NAME, "gates look like");
	for (size_t g = 0; order > 0 && g < t->G; g++)
		location_append(name, NAME, " %c", letters[g]);
	if (known[0] != '\0')
		location_append(name, NAME, " (%s)", known);
	if (what[0] != '\0')
		location_append(name, NAME, "%s%s", order > 0 ? ", " : "looks like ", what);
}

/* ---- running one ---- */

/* Row j of a gate's block of both products: h may be NULL for that of x alone, x for that of h. */
static double sum_of(const tried *t, size_t row, const double *x, const double *h)
{
	const size_t I = t->p->spec->problem.input_size;
	const double *bias_ih = value_of(t, GM_BIAS_IH), *bias_hh = value_of(t, GM_BIAS_HH);
	double sum = (bias_ih ? bias_ih[row] : 0) + (bias_hh ? bias_hh[row] : 0);
	for (size_t k = 0; k < I; k++)
		sum += value_of(t, GM_WEIGHT_IH)[row * I + k] * x[k];
	for (size_t k = 0; k < t->H; k++)
		sum += value_of(t, GM_WEIGHT_HH)[row * t->H + k] * h[k];
	return sum;
}

static double sigmoid(double a) { return 1 / (1 + exp(-a)); }

/* h(t-1) becomes h(t); work: 2 H. */
static void step_reset_before(const tried *t, const double *x, double *h, double *work)
{
	double *z = work, *reset = work + t->H;
	for (size_t j = 0; j < t->H; j++) {
		reset[j] = sigmoid(sum_of(t, j, x, h)) * h[j];
		z[j] = sigmoid(sum_of(t, t->H + j, x, h));
	}
	for (size_t j = 0; j < t->H; j++)
		h[j] = z[j] * h[j] + (1 - z[j]) * tanh(sum_of(t, N_GATE * t->H + j, x, reset));
}

/* A GRU of one layer in one direction; 0 if it is none, or without memory. */
static int run_reset_before(const tried *t)
{
	const gm_spec *spec = t->p->spec;
	const size_t I = spec->problem.input_size, H = t->H;
	double *h = calloc(3 * H, sizeof *h), *h_0 = value_of(t, GM_H_0);
	if (!h || spec->problem.num_layers != 1 || spec->problem.bidirectional || spec->problem.proj_size) {
		free(h);
		return 0;
	}
	for (size_t n = 0; n < spec->N; n++) {
		for (size_t j = 0; j < H; j++)
			h[j] = h_0 ? h_0[n * H + j] : 0;
		for (size_t s = 0; s < spec->T; s++) {
			const size_t row = sequence_row(spec, s, n);
			const int there = !t->lengths || s < (size_t)t->lengths[n];
			if (there)
				step_reset_before(t, value_of(t, GM_INPUT) + row * I, h, h + H);
			for (size_t j = 0; j < H; j++)
				value_of(t, GM_OUTPUT)[row * H + j] = there ? h[j] : 0;
		}
		memcpy(value_of(t, GM_H_N) + n * H, h, H * sizeof *h);
	}
	free(h);
	return 1;
}

static int run(const tried *t)
{
	const ref_problem problem = {t->p->spec, t->p->tensors, t->lengths, t->value};
	return t->reset_before ? run_reset_before(t) : ref_run(&problem, NULL, NULL, NULL, NULL) == GM_OK;
}

static int fits(const tried *t, const float *const *got, const double *within)
{
	size_t compared = 0;
	for (size_t k = 0; k < t->p->tensors->count; k++)
		for (size_t i = 0;
		     t->p->tensors->row[k].role == GM_ROLE_OUTPUT && got[k] && within[k] > 0 && i < t->p->tensors->row[k].count;
		     i++, compared++)
			if (!(fabs(t->value[k][i] - got[k][i]) <= within[k]))
				return 0;
	return compared > 0;
}

/* Everything as it is given. */
static void restore(tried *t)
{
	const size_t lengths = gm_tensors_index(t->p->tensors, GM_LENGTHS, 0, 0);
	t->lengths = lengths == GM_NO_TENSOR ? NULL : t->p->data[lengths];
	t->reset_before = 0;
	for (size_t k = 0; k < t->p->tensors->count; k++) {
		const gm_tensor *one = &t->p->tensors->row[k];
		const float *given = one->dtype == GM_DTYPE_F32 ? t->p->data[k] : NULL;
		t->value[k] = given || one->role == GM_ROLE_OUTPUT ? t->store[k] : NULL;
		for (size_t i = 0; given && i < one->count; i++)
			t->store[k][i] = given[i];
	}
}

/* ---- all of them ---- */

static int open_tried(tried *t)
{
	const size_t count = t->p->tensors->count;
	t->H = t->p->spec->problem.hidden_size;
	t->G = gm_gates(t->p->spec->problem.cell);
	t->value = calloc(2 * count, sizeof *t->value);
	t->store = t->value ? t->value + count : NULL;
	for (size_t k = 0; t->value && k < count; k++) {
		t->store[k] = calloc(t->p->tensors->row[k].count + 1, sizeof **t->store);
		if (!t->store[k])
			return 0;
	}
	return t->value != NULL;
}

static void close_tried(tried *t)
{
	for (size_t k = 0; t->store && k < t->p->tensors->count; k++)
		free(t->store[k]);
	free(t->value);
}

int judge_readings(const judge_problem *problem, const float *const *got, const double *within, judge_reading *each,
                   void *context)
{
	const uint32_t cell = problem->spec->problem.cell;
	size_t orders = 1, gates[MOST_GATES];
	tried t = {.p = problem};
	if (gm_spec_flops(problem->spec) > READINGS_FLOPS)
		return 0;
	const int opened = open_tried(&t);
	for (size_t g = 2; g <= t.G; g++)
		orders *= g;
	for (const struct twist *w = twist; opened && w < twist + sizeof twist / sizeof twist[0]; w++)
		for (size_t k = 0; (w->cells >> cell & 1) && k < (w->with_orders ? orders : 1); k++) {
			char name[NAME];
			restore(&t);
			order_of(k, t.G, gates);
			put_in_order(&t, gates);
			w->apply(&t, w->parameter);
			name_of(&t, k, gates, w->name, name);
			if (name[0] != '\0' && run(&t) && fits(&t, got, within))
				each(context, name);
		}
	close_tried(&t);
	return opened;
}
