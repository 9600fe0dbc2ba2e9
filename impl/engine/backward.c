/* SPDX-License-Identifier: MIT */
/* backward.c - back-propagation through time, written once for every cell and ISA.
 *
 * One layer and direction: against the order of processing, step by step, d = grad_output + r, the cell's derivatives
 * into dgates (kept for all steps), and r for the step before by one product with the transposed recurrent weights.
 * What does not depend on the step before (dW, db, dx) follows in one product each: gradients.c. */
#include "plan.h"

#include <string.h>

typedef struct layer_back {
	gm_plan *plan;
	const gm_backward_args *args;
	gm_scratch *scratch;
	layer_tape tape;
	gm_view in;          /* x of this layer */
	gm_view grad_output; /* of this layer and direction; data NULL: zeros */
	size_t index;
	int reverse;
} layer_back;

static float *state_at(float *states, const layer_back *b, size_t t, int behind, size_t width)
{
	size_t at = t + (size_t)(b->reverse ? !behind : behind);

	return states + at * b->scratch->rows.N * width;
}

/* Gradients that enter behind the last step: r = grad_h_n, dc = grad_c_n; padding lanes 0. */
static void place_final_gradients(const layer_back *b)
{
	const gm_dims *d = &b->plan->dims;
	const gm_rows *rows = &b->scratch->rows;
	gm_scratch *s = b->scratch;

	memset(s->r, 0, rows->N * d->Rp * sizeof(float));
	memset(s->d, 0, rows->N * d->Rp * sizeof(float));
	memset(s->dm, 0, rows->N * d->Hp * sizeof(float));
	memset(s->dc, 0, rows->N * d->Hp * sizeof(float));
	for (size_t position = 0; position < rows->N; position++) {
		size_t source = b->index * rows->N + rows->row_of[position];

		if (b->args->grad_h_n)
			memcpy(s->r + position * d->Rp, b->args->grad_h_n + source * d->R, d->R * sizeof(float));
		if (b->args->grad_c_n && b->tape.c)
			memcpy(s->dc + position * d->Hp, b->args->grad_c_n + source * d->H, d->H * sizeof(float));
	}
}

static void store_initial_gradients(const layer_back *b)
{
	const gm_dims *d = &b->plan->dims;
	const gm_rows *rows = &b->scratch->rows;

	for (size_t position = 0; position < rows->N; position++) {
		size_t target = b->index * rows->N + rows->row_of[position];

		if (b->args->grad_h_0)
			memcpy(b->args->grad_h_0 + target * d->R, b->scratch->r + position * d->Rp, d->R * sizeof(float));
		if (b->args->grad_c_0 && b->tape.c)
			memcpy(b->args->grad_c_0 + target * d->H, b->scratch->dc + position * d->Hp, d->H * sizeof(float));
	}
}

/* d = grad_output + r for the rows alive at t. */
static void gather_upstream(const layer_back *b, size_t t, size_t rows)
{
	const gm_dims *d = &b->plan->dims;
	gm_scratch *s = b->scratch;

	for (size_t position = 0; position < rows; position++) {
		const float *upstream = b->grad_output.data ? view_at(&b->grad_output, t, s->rows.row_of[position])
		                                            : b->plan->zeros;

		b->plan->kernels->add(s->d + position * d->Rp, upstream, s->r + position * d->Rp, d->R);
	}
	if (d->P)
		memcpy(s->ds + t * s->rows.N * d->Rp, s->d, rows * d->Rp * sizeof(float));
}

/* With projection: from the gradient at h to the one at o*tanh(c). */
static void unproject(const layer_back *b, size_t rows)
{
	const gm_dims *d = &b->plan->dims;
	gm_gemm call = {.rows = rows,
	                .cols = d->H,
	                .depth = d->P,
	                .segments = 1,
	                .a = b->scratch->d,
	                .lda = (ptrdiff_t)d->Rp,
	                .b = b->plan->pack[b->index].weight_hr_t,
	                .bias = b->plan->zeros,
	                .c = b->scratch->dm,
	                .ldc = (ptrdiff_t)d->Hp};

	b->plan->kernels->gemm(&call);
}

static void cell_back(const layer_back *b, size_t t, size_t rows)
{
	const gm_dims *d = &b->plan->dims;
	gm_scratch *s = b->scratch;
	size_t planes = d->cell->planes * d->Hp;
	gm_step_back call = {.rows = rows,
	                     .units = d->H,
	                     .d = d->P ? s->dm : s->d,
	                     .ld_d = (ptrdiff_t)d->Hp,
	                     .tape = b->tape.planes ? b->tape.planes + t * s->rows.N * planes : NULL,
	                     .ld_tape = (ptrdiff_t)planes,
	                     .h = state_at(b->tape.y, b, t, !(d->cell->traits & CELL_H_BEFORE), d->Rp),
	                     .ld_h = (ptrdiff_t)d->Rp,
	                     .dc = s->dc,
	                     .ld_dc = (ptrdiff_t)d->Hp,
	                     .ld_c = (ptrdiff_t)d->Hp,
	                     .dgates = s->dgates + t * s->rows.N * d->ld_dgates,
	                     .ld_dgates = (ptrdiff_t)d->ld_dgates,
	                     .carry_d = s->carry_d,
	                     .carry_z = s->carry_z};

	if (b->tape.c)
		call.c_before = state_at(b->tape.c, b, t, 0, d->Hp);
	b->plan->kernels->step_back[b->plan->problem.cell](&call);
}

/* r for the step before: a chain a gate, the gates' sums added in order, then d*z where the cell carries it. */
static void recur_back(const layer_back *b, size_t t, size_t rows)
{
	const gm_dims *d = &b->plan->dims;
	gm_scratch *s = b->scratch;
	gm_gemm call = {.rows = rows,
	                .cols = d->R,
	                .depth = d->H,
	                .segments = d->cell->h.blocks,
	                .a = s->dgates + t * s->rows.N * d->ld_dgates + d->cell->h.first * d->H,
	                .lda = (ptrdiff_t)d->ld_dgates,
	                .a_segment = (ptrdiff_t)d->H,
	                .b = b->plan->pack[b->index].weight_hh_t,
	                .bias = b->plan->zeros,
	                .c = s->r,
	                .ldc = (ptrdiff_t)d->Rp,
	                .ld_carry = (ptrdiff_t)d->Hp,
	                .down = (int)(t & 1)};

	if (d->cell->traits & CELL_CARRIES) {
		call.carry_d = s->carry_d;
		call.carry_z = s->carry_z;
	}
	b->plan->kernels->gemm(&call);
}

static void run_steps_back(const layer_back *b)
{
	size_t steps = b->args->t_end - b->args->t_begin;

	place_final_gradients(b);
	for (size_t i = 0; i < steps; i++) {
		size_t t = b->reverse ? b->args->t_begin + i : b->args->t_end - 1 - i;
		size_t rows = rows_active(&b->scratch->rows, t);

		if (rows == 0)
			continue;
		gather_upstream(b, t, rows);
		if (b->plan->dims.P)
			unproject(b, rows);
		cell_back(b, t, rows);
		recur_back(b, t, rows);
	}
	store_initial_gradients(b);
}

/* Where the gradient of this layer's x goes. */
static gm_view dx_view(const layer_back *b, size_t layer)
{
	ptrdiff_t width = (ptrdiff_t)(b->plan->dims.D * b->plan->dims.R);

	if (layer == 0)
		return (gm_view){b->args->grad_input, b->args->fwd->in_t, b->args->fwd->in_n};
	return (gm_view){b->scratch->dx[layer & 1], (ptrdiff_t)b->args->fwd->N * width, width};
}

/* Combines the directions' dx by f(out, a, b, count) row by row. */
static void each_row(const layer_back *b, const gm_view *out, const gm_view *other, size_t width,
                     void (*f)(float *, const float *, const float *, size_t))
{
	const gm_rows *rows = &b->scratch->rows;

	for (size_t t = b->args->t_begin; t < b->args->t_end; t++)
		for (size_t position = 0; position < rows_active(rows, t); position++) {
			size_t n = rows->row_of[position];

			f(view_at(out, t, n), view_at(out, t, n), view_at(other, t, n), width);
		}
}

static void zero_padding(const layer_back *b, const gm_view *dx, size_t width)
{
	const gm_rows *rows = &b->scratch->rows;

	for (size_t n = 0; n < rows->N; n++)
		for (size_t t = b->args->t_begin; t < b->args->t_end; t++)
			if (t >= row_length(rows, n))
				memset(view_at(dx, t, n), 0, width * sizeof(float));
}

static void open_layer(layer_back *b, size_t layer, size_t direction)
{
	const gm_dims *d = &b->plan->dims;

	b->index = layer * d->D + direction;
	b->reverse = (int)direction;
	tape_open(b->plan, b->args->fwd, layer, direction, &b->tape, &b->in);
	if (layer + 1 == d->L)
		b->grad_output = (gm_view){(float *)(uintptr_t)b->args->grad_output, b->args->fwd->out_t, b->args->fwd->out_n};
	else
		b->grad_output = dx_view(b, layer + 1);
	if (b->grad_output.data)
		b->grad_output.data += direction * d->R;
}

/* dx of the layer: the first direction writes, the second is added; then the mask of the layer below's output. */
static void input_gradient(const layer_back *b, const layer_gradients *g, size_t layer)
{
	gm_view dx = dx_view(b, layer);
	gm_view second = {b->scratch->dx_add, (ptrdiff_t)(b->args->fwd->N * g->x_size), (ptrdiff_t)g->x_size};
	const gm_forward_args *fwd = b->args->fwd;

	if (!dx.data)
		return;
	gradient_of_input(g, b->reverse ? &second : &dx);
	if (b->reverse)
		each_row(b, &dx, &second, g->x_size, b->plan->kernels->add);
	if (b->index + 1 < (layer + 1) * b->plan->dims.D)
		return;
	if (layer > 0 && fwd->dropout_mask) {
		gm_view mask = {(float *)(uintptr_t)fwd->dropout_mask[layer - 1], fwd->mask_t, fwd->mask_n};

		each_row(b, &dx, &mask, g->x_size, b->plan->kernels->multiply);
	}
	if (layer == 0 && fwd->lengths)
		zero_padding(b, &dx, g->x_size);
}

void engine_backward(gm_plan *plan, const gm_backward_args *args)
{
	gm_block block = {.base = args->fwd->scratch};
	gm_scratch scratch;
	layer_back b = {.plan = plan, .args = args, .scratch = &scratch};

	layout_scratch(plan, args->fwd->T, args->fwd->N, 1, &scratch, &block);
	rows_init(&scratch.rows, args->fwd);
	for (size_t layer = plan->dims.L; layer-- > 0;)
		for (size_t direction = 0; direction < plan->dims.D; direction++) {
			open_layer(&b, layer, direction);
			run_steps_back(&b);

			layer_gradients g = {.plan = plan,
			                     .args = args,
			                     .scratch = &scratch,
			                     .tape = &b.tape,
			                     .input = b.in,
			                     .index = b.index,
			                     .x_size = gm_layer_input(&plan->problem, layer),
			                     .reverse = b.reverse};

			gradients_of_weights(&g);
			input_gradient(&b, &g, layer);
		}
}
