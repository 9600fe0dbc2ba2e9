/* SPDX-License-Identifier: MIT */
/* gradients.c - what follows the sequential part of backward: one product each for dW_ih, dW_hh, dW_hr and dx over
 * all steps and rows, and the sums for the biases.
 * Order of every sum: steps against the order of processing, within a step batch rows as the caller has them, padded
 * (t, n) skipped (R9 of reference/CANONICAL.md); taken in chunks of GRADIENT_ROWS that continue the same chain. */
#include "plan.h"

#include <string.h>

/* The walk over valid (t, n) in the order of R9. */
typedef struct row_walk {
	size_t step, n;
} row_walk;

/* Pointers to the next rows: gates' gradients, x, h before, and with projection o*tanh(c); their count. */
static size_t next_rows(const layer_gradients *g, row_walk *walk)
{
	const gm_dims *d = &g->plan->dims;
	gm_scratch *s = g->scratch;
	size_t steps = g->args->t_end - g->args->t_begin, count = 0;

	for (; walk->step < steps; walk->step++, walk->n = 0) {
		size_t t = g->reverse ? g->args->t_begin + walk->step : g->args->t_end - 1 - walk->step;

		for (; walk->n < s->rows.N && count < GRADIENT_ROWS; walk->n++) {
			size_t position = s->rows.position_of[walk->n];
			size_t row = t * s->rows.N + position;

			if (t >= row_length(&s->rows, walk->n))
				continue;
			s->row_a[count] = s->dgates + row * d->ld_dgates;
			s->row_x[count] = view_at(&g->input, t, walk->n);
			s->row_h[count] = g->tape->y + (row + (g->reverse ? s->rows.N : 0)) * d->Rp;
			s->row_m[count] = d->P ? g->tape->m + row * d->Hp : NULL;
			count++;
		}
		if (walk->n < s->rows.N)
			break;
	}
	return count;
}

/* One weight gradient: c (m, n) from `m` columns of the rows of a, starting at `column`, and `n` of those of b. */
typedef struct product {
	const float *const *a;
	const float *const *b;
	size_t column, m, n;
	float *c;
} product;

/* [column block][row][column of block], columns beyond n are 0. */
static void pack_columns(float *dst, size_t width, const float *const *rows, size_t count, size_t n)
{
	for (size_t column = 0; column < n; column += width) {
		size_t valid = n - column < width ? n - column : width;

		for (size_t k = 0; k < count; k++, dst += width) {
			memcpy(dst, rows[k] + column, valid * sizeof *dst);
			if (valid < width)
				memset(dst + valid, 0, (width - valid) * sizeof *dst);
		}
	}
}

static void multiply_rows(const layer_gradients *g, const product *p, size_t count, int resume)
{
	const gm_kernels *kernels = g->plan->kernels;
	gm_scratch *s = g->scratch;

	if (!p->c)
		return;
	pack_columns(s->pack_b, kernels->gemm_cols, p->b, count, p->n);
	for (size_t m = 0; m < p->m; m += kernels->outer_rows) {
		size_t rows = p->m - m < kernels->outer_rows ? p->m - m : kernels->outer_rows;
		gm_outer call = {.rows = rows,
		                 .cols = p->n,
		                 .depth = count,
		                 .a = s->pack_a,
		                 .b = s->pack_b,
		                 .c = p->c + m * p->n,
		                 .ldc = (ptrdiff_t)p->n,
		                 .resume = resume};

		for (size_t k = 0; k < count; k++)
			for (size_t i = 0; i < kernels->outer_rows; i++)
				s->pack_a[k * kernels->outer_rows + i] = i < rows ? p->a[k][p->column + m + i] : 0.0f;
		kernels->outer(&call);
	}
}

/* c (m) = start + rows in order, plain adds. */
static void add_rows(const layer_gradients *g, const float *const *rows, size_t column, size_t m, size_t count,
                     float *c, int resume)
{
	if (!c)
		return;
	if (!resume)
		memset(c, 0, m * sizeof *c);
	for (size_t k = 0; k < count; k++)
		g->plan->kernels->add(c, c, rows[k] + column, m);
}

static float *offset(float *p, size_t floats) { return p ? p + floats : NULL; }

/* The runs for x give its weights' rows in order; the one for h, all of h's weights. */
static void gate_products(const layer_gradients *g, const gm_layer_grads *dw, size_t count, int resume)
{
	const gm_dims *d = &g->plan->dims;
	const gm_scratch *s = g->scratch;
	size_t first = d->cell->h.first * d->H, row = 0;
	product hh = {s->row_a, s->row_h, first, d->G * d->H, d->R, dw->grad_weight_hh};

	for (const struct cell_run *run = d->cell->x; run < d->cell->x + CELL_RUNS && run->blocks; run++) {
		size_t column = run->first * d->H, rows = run->blocks * d->H;
		product ih = {s->row_a, s->row_x, column, rows, g->x_size, offset(dw->grad_weight_ih, row * g->x_size)};

		multiply_rows(g, &ih, count, resume);
		add_rows(g, s->row_a, column, rows, count, offset(dw->grad_bias_ih, row), resume);
		row += rows;
	}
	multiply_rows(g, &hh, count, resume);
	add_rows(g, s->row_a, first, d->G * d->H, count, dw->grad_bias_hh, resume);
}

/* dW_hr: the rows of a are d at h. */
static void projection_product(const layer_gradients *g, const gm_layer_grads *dw, size_t count, int resume)
{
	const gm_dims *d = &g->plan->dims;
	gm_scratch *s = g->scratch;
	product hr = {s->row_a, s->row_m, 0, d->P, d->H, dw->grad_weight_hr};

	for (size_t k = 0; k < count; k++)
		s->row_a[k] = s->ds + (size_t)(s->row_a[k] - s->dgates) / d->ld_dgates * d->Rp;
	multiply_rows(g, &hr, count, resume);
}

void gradients_of_weights(const layer_gradients *g)
{
	row_walk walk = {0};
	int resume = (g->args->flags & GM_ACCUMULATE) != 0;
	const gm_layer_grads *dw = g->args->grad_weights ? &g->args->grad_weights->layer[g->index] : NULL;
	size_t count;

	if (!dw)
		return;
	do {
		count = next_rows(g, &walk);
		gate_products(g, dw, count, resume);
		if (g->plan->dims.P)
			projection_product(g, dw, count, resume);
		resume = 1;
	} while (count == GRADIENT_ROWS);
}

/* The runs for x continue one chain. */
void gradient_of_input(const layer_gradients *g, const gm_view *dx)
{
	const gm_dims *d = &g->plan->dims;
	gm_scratch *s = g->scratch;
	size_t N = s->rows.N;
	gm_run run;

	for (size_t next = 0; rows_next_run(&s->rows, dx, g->args->t_begin, g->args->t_end, &next, &run);)
		for (size_t i = 0; i < CELL_RUNS && d->cell->x[i].blocks; i++) {
			const struct cell_run *x = &d->cell->x[i];
			gm_gemm call = {.rows = run.rows,
			                .cols = g->x_size,
			                .depth = x->blocks * d->H,
			                .segments = 1,
			                .a = s->dgates + (run.t * N + run.position) * d->ld_dgates + x->first * d->H,
			                .lda = (ptrdiff_t)(run.over_time ? N * d->ld_dgates : d->ld_dgates),
			                .b = g->plan->pack[g->index].weight_ih_t[i],
			                .bias = i ? NULL : g->plan->zeros,
			                .c = view_at(dx, run.t, run.n),
			                .ldc = run.over_time ? dx->t : dx->n};

			g->plan->kernels->gemm(&call);
		}
}
