/* SPDX-License-Identifier: MIT */
/* forward.c - layers x directions x time, written once for every cell and ISA.
 *
 * One layer and direction: chunk by chunk, the input projection of all rows of the chunk in one product (its result
 * stays in a near cache), then step by step the recurrent product fused with the cell, then a copy of h to where the
 * next layer or the caller reads it.  Step t of the forward direction reads y[t] and writes y[t+1]; the reverse
 * direction reads y[t+1] and writes y[t]. */
#include "plan.h"

#include <string.h>

typedef struct layer_run {
	gm_plan *plan;
	const gm_forward_args *args;
	gm_scratch *scratch;
	layer_tape tape; /* in training the tape's, else the scratch's */
	size_t c_step;   /* floats from c of one step to the next: 0 in inference */
	size_t m_step;
	gm_view in, out;   /* x of this layer; where h of this direction goes */
	const float *mask; /* of out, or NULL */
	size_t index;      /* layer*D + direction */
	int reverse;
} layer_run;

/* Index in y (and c) of the state before and after step t. */
static size_t before(const layer_run *r, size_t t) { return t + (r->reverse ? 1 : 0); }

static size_t after(const layer_run *r, size_t t) { return t + (r->reverse ? 0 : 1); }

static void copy_or_zero(float *dst, const float *src, size_t valid, size_t padded)
{
	if (src)
		memcpy(dst, src, valid * sizeof *dst);
	else
		memset(dst, 0, valid * sizeof *dst);
	memset(dst + valid, 0, (padded - valid) * sizeof *dst);
}

/* h_0 and c_0 to where the first step of each row looks for them. */
static void place_initial_state(const layer_run *r)
{
	const gm_dims *d = &r->plan->dims;
	const gm_rows *rows = &r->scratch->rows;
	const float *h_0 = r->args->h_0, *c_0 = r->args->c_0;

	for (size_t position = 0; position < rows->N; position++) {
		size_t n = rows->row_of[position];
		size_t at = r->reverse ? row_length(rows, n) : 0;
		size_t source = r->index * rows->N + n;

		copy_or_zero(r->tape.y + (at * rows->N + position) * d->Rp, h_0 ? h_0 + source * d->R : NULL, d->R, d->Rp);
		if (r->tape.c)
			copy_or_zero(r->tape.c + at * r->c_step + position * d->Hp, c_0 ? c_0 + source * d->H : NULL, d->H, d->Hp);
	}
}

static void store_final_state(const layer_run *r)
{
	const gm_dims *d = &r->plan->dims;
	const gm_rows *rows = &r->scratch->rows;

	for (size_t position = 0; position < rows->N; position++) {
		size_t n = rows->row_of[position];
		size_t at = r->reverse ? 0 : row_length(rows, n);
		size_t target = r->index * rows->N + n;

		if (r->args->h_n)
			memcpy(r->args->h_n + target * d->R, r->tape.y + (at * rows->N + position) * d->Rp, d->R * sizeof(float));
		if (r->args->c_n && r->tape.c)
			memcpy(r->args->c_n + target * d->H, r->tape.c + at * r->c_step + position * d->Hp, d->H * sizeof(float));
	}
}

/* Input projection of steps t_begin .. t_end into scratch->pre (step, position). */
static void project(const layer_run *r, size_t t_begin, size_t t_end)
{
	const gm_dims *d = &r->plan->dims;
	const layer_pack *pack = &r->plan->pack[r->index];
	size_t N = r->scratch->rows.N;
	gm_run run;

	for (size_t next = 0; rows_next_run(&r->scratch->rows, &r->in, t_begin, t_end, &next, &run);) {
		gm_gemm call = {.rows = run.rows,
		                .cols = d->G * d->Hp,
		                .segments = 1,
		                .depth = gm_layer_input(&r->plan->problem, r->index / d->D),
		                .a = view_at(&r->in, run.t, run.n),
		                .lda = run.over_time ? r->in.t : r->in.n,
		                .b = pack->weight_ih,
		                .bias = pack->bias,
		                .c = r->scratch->pre + run.position * d->ld_pre,
		                .ldc = (ptrdiff_t)(run.over_time ? N * d->ld_pre : d->ld_pre)};

		r->plan->kernels->gemm(&call);
	}
}

/* h of step t from o*tanh(c) of the same step. */
static void project_state(const layer_run *r, size_t t, size_t rows)
{
	const gm_dims *d = &r->plan->dims;
	gm_gemm call = {.rows = rows,
	                .cols = d->P,
	                .depth = d->H,
	                .segments = 1,
	                .a = r->tape.m + t * r->m_step,
	                .lda = (ptrdiff_t)d->Hp,
	                .b = r->plan->pack[r->index].weight_hr,
	                .bias = r->plan->zeros,
	                .c = r->tape.y + after(r, t) * r->scratch->rows.N * d->Rp,
	                .ldc = (ptrdiff_t)d->Rp};

	r->plan->kernels->gemm(&call);
}

static void step(const layer_run *r, size_t t, size_t chunk_begin)
{
	const gm_dims *d = &r->plan->dims;
	const layer_pack *pack = &r->plan->pack[r->index];
	size_t N = r->scratch->rows.N;
	float *h_out = d->P ? r->tape.m + t * r->m_step : r->tape.y + after(r, t) * N * d->Rp;
	gm_step call = {.rows = rows_active(&r->scratch->rows, t),
	                .units = d->H,
	                .depth = d->R,
	                .pre = r->scratch->pre + (t - chunk_begin) * N * d->ld_pre,
	                .ld_pre = (ptrdiff_t)d->ld_pre,
	                .weight_hh = pack->weight_hh,
	                .bias_hn = pack->bias_hn,
	                .h_in = r->tape.y + before(r, t) * N * d->Rp,
	                .ld_h_in = (ptrdiff_t)d->Rp,
	                .h_out = h_out,
	                .ld_h_out = (ptrdiff_t)d->Hp,
	                .ld_c_in = (ptrdiff_t)d->Hp,
	                .ld_c_out = (ptrdiff_t)d->Hp,
	                .down = (int)(t & 1)};

	if (call.rows == 0)
		return;
	if (r->tape.c) {
		call.c_in = r->tape.c + before(r, t) * r->c_step;
		call.c_out = r->tape.c + after(r, t) * r->c_step;
	}
	if (r->tape.planes) {
		call.tape = r->tape.planes + t * N * d->cell->planes * d->Hp;
		call.ld_tape = (ptrdiff_t)(d->cell->planes * d->Hp);
	}
	r->plan->kernels->step[r->plan->problem.cell](&call);
	if (d->P)
		project_state(r, t, call.rows);
}

/* h of steps t_begin .. t_end to the next reader: through the mask between layers, +0 beyond a row's length. */
static void deliver(const layer_run *r, size_t t_begin, size_t t_end)
{
	const gm_dims *d = &r->plan->dims;
	const gm_rows *rows = &r->scratch->rows;

	for (size_t t = t_begin; t < t_end; t++) {
		const float *h = r->tape.y + after(r, t) * rows->N * d->Rp;

		for (size_t position = 0; position < rows->N; position++, h += d->Rp) {
			size_t n = rows->row_of[position];
			float *out = view_at(&r->out, t, n);

			if (t >= row_length(rows, n))
				memset(out, 0, d->R * sizeof *out);
			else if (r->mask)
				r->plan->kernels->multiply(
					out, h, r->mask + (ptrdiff_t)t * r->args->mask_t + (ptrdiff_t)n * r->args->mask_n, d->R);
			else
				memcpy(out, h, d->R * sizeof *out);
		}
	}
}

static void run_chunk(const layer_run *r, size_t t_begin, size_t t_end)
{
	project(r, t_begin, t_end);
	for (size_t i = 0; i < t_end - t_begin; i++)
		step(r, r->reverse ? t_end - 1 - i : t_begin + i, t_begin);
	deliver(r, t_begin, t_end);
}

static void run_layer(const layer_run *r)
{
	size_t T = r->args->T, chunk = chunk_steps(&r->plan->dims, r->args->N);

	place_initial_state(r);
	for (size_t done = 0; done < T; done += chunk) {
		size_t steps = T - done < chunk ? T - done : chunk;
		size_t t = r->reverse ? T - done - steps : done;

		run_chunk(r, t, t + steps);
	}
	store_final_state(r);
}

void tape_open(const gm_plan *plan, const gm_forward_args *args, size_t layer, size_t direction, layer_tape *tape,
               gm_view *input)
{
	gm_block block = {.base = args->tape};
	ptrdiff_t width = (ptrdiff_t)(plan->dims.D * plan->dims.R);

	*input = (gm_view){(float *)(uintptr_t)args->input, args->in_t, args->in_n};
	for (size_t l = 0; l <= layer; l++) {
		if (l > 0)
			*input = (gm_view){layout_tape_input(plan, args->T, args->N, &block), (ptrdiff_t)args->N * width, width};
		for (size_t d = 0; d < plan->dims.D; d++) {
			layer_tape found;

			layout_tape(plan, args->T, args->N, &found, &block);
			if (l == layer && d == direction)
				*tape = found;
		}
	}
}

/* x of a layer: the caller's input, or what the layer below delivered to the tape or to scratch. */
static gm_view layer_input_view(const layer_run *r, size_t layer)
{
	ptrdiff_t width = (ptrdiff_t)(r->plan->dims.D * r->plan->dims.R);
	layer_tape unused;
	gm_view view;

	if (layer > 0 && !r->args->tape)
		return (gm_view){r->scratch->x[layer & 1], (ptrdiff_t)r->args->N * width, width};
	if (layer > 0) {
		tape_open(r->plan, r->args, layer, 0, &unused, &view);
		return view;
	}
	return (gm_view){(float *)(uintptr_t)r->args->input, r->args->in_t, r->args->in_n};
}

static void open_layer(layer_run *r, size_t layer, size_t direction)
{
	const gm_dims *d = &r->plan->dims;
	size_t N = r->args->N;
	int top = layer + 1 == d->L;
	gm_view unused;

	r->index = layer * d->D + direction;
	r->reverse = (int)direction;
	r->tape = r->scratch->layer;
	if (r->args->tape)
		tape_open(r->plan, r->args, layer, direction, &r->tape, &unused);
	r->c_step = r->args->tape ? N * d->Hp : 0;
	r->m_step = r->args->tape ? N * d->Hp : 0;
	r->in = layer_input_view(r, layer);
	r->out = top ? (gm_view){r->args->output, r->args->out_t, r->args->out_n} : layer_input_view(r, layer + 1);
	r->out.data += direction * d->R;
	r->mask = top || !r->args->dropout_mask ? NULL : r->args->dropout_mask[layer] + direction * d->R;
}

void engine_forward(gm_plan *plan, const gm_forward_args *args)
{
	gm_block block = {.base = args->scratch};
	gm_scratch scratch;
	layer_run run = {.plan = plan, .args = args, .scratch = &scratch};

	layout_scratch(plan, args->T, args->N, 0, &scratch, &block);
	rows_init(&scratch.rows, args);
	for (size_t layer = 0; layer < plan->dims.L; layer++)
		for (size_t direction = 0; direction < plan->dims.D; direction++) {
			open_layer(&run, layer, direction);
			run_layer(&run);
		}
}
