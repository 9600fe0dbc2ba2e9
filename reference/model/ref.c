/* SPDX-License-Identifier: MIT */
/* ref.c - a run of the reference: layers upwards, then downwards, between the caller's layouts (batch_first, unbatched,
 * absent) and time-major rows.  Contract: ref.h; one layer in one direction: ref_layer.h.  All memory is taken before
 * anything is written, so that a failed run leaves no trace. */
#include "locate.h"
#include "ref_layer.h"

#include <stdlib.h>
#include <string.h>

typedef struct ref_run_state {
	ref_problem given;
	size_t T, N, L, D, R, rows; /* rows = T*N */
	int backward;
	size_t *order[2]; /* of ref_layer, for each direction; [0] owns both */
	size_t steps;
	double *zeros;    /* stands for every absent state and weight */
	double *x;        /* L+1 sequences, see sequence() */
	double *dy;       /* (T, N, D*R) gradient at the output of the layer in hand */
	double *dx[2];    /* (T, N, width) one a direction */
	void *block;      /* of these */
	ref_layer *layer; /* L*D */
} ref_run_state;

/* ---- the caller's values ---- */

/* Value of a tensor, NULL if the problem has none such or the caller gave none. */
static double *value_of(const ref_run_state *run, gm_kind kind, size_t layer, size_t direction)
{
	size_t row = gm_tensors_index(run->given.tensors, kind, layer, direction);

	return row == GM_NO_TENSOR ? NULL : run->given.value[row];
}

/* (N, width) of a state tensor's entry for a (layer, direction), zeros if absent. */
static const double *state_in(const ref_run_state *run, gm_kind kind, size_t index, size_t width)
{
	const double *all = value_of(run, kind, 0, 0);

	return all ? all + index * run->N * width : run->zeros;
}

static void state_out(const ref_run_state *run, gm_kind kind, size_t index, size_t width, const double *from)
{
	double *all = value_of(run, kind, 0, 0);

	if (all)
		memcpy(all + index * run->N * width, from, run->N * width * sizeof *from);
}

/* Where row s of a sequence tensor is in the caller's layout. */
static size_t row_at(const ref_run_state *run, size_t s)
{
	return sequence_row(run->given.spec, s / run->N, s % run->N);
}

/* Padding is neither read from the caller nor left unwritten (+0). */
static void sequence_in(const ref_run_state *run, gm_kind kind, size_t width, double *to)
{
	const double *from = value_of(run, kind, 0, 0);

	for (size_t i = 0; from && i < run->steps; i++) {
		size_t s = run->order[0][i];

		memcpy(to + s * width, from + row_at(run, s) * width, width * sizeof *to);
	}
}

static void sequence_out(const ref_run_state *run, gm_kind kind, size_t width, const double *from)
{
	double *to = value_of(run, kind, 0, 0);

	for (size_t s = 0; to && s < run->rows; s++)
		memcpy(to + row_at(run, s) * width, from + s * width, width * sizeof *to);
}

static void trace_out(const ref_layer *l, const ref_trace *trace)
{
	const size_t rows = l->T * l->N, GH = l->G * l->H;
	const struct {
		double *to;
		const double *from;
		size_t width;
	} copies[] = {
		{trace->gates, l->gates, GH},   {trace->a_nh, l->a_nh, l->H}, {trace->h, l->h, l->R},   {trace->c, l->c, l->H},
		{trace->dgates, l->dgates, GH}, {trace->dh, l->dh, l->R},     {trace->dc, l->dc, l->H},
	};

	for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
		if (copies[i].to && copies[i].from)
			memcpy(copies[i].to, copies[i].from, rows * copies[i].width * sizeof(double));
}

/* ---- preparation ---- */

static int wants_backward(const ref_run_state *run, const ref_trace *trace)
{
	for (size_t i = 0; i < run->given.tensors->count; i++)
		if (run->given.tensors->row[i].role == GM_ROLE_GRAD && run->given.value[i])
			return 1;
	for (size_t i = 0; trace && i < run->L * run->D; i++)
		if (trace[i].dgates || trace[i].dh || trace[i].dc)
			return 1;
	return 0;
}

static gm_status check(const gm_spec *spec, const int64_t *lengths, gm_error *error)
{
	if (gm_problem_check(&spec->problem, error) != GM_OK) {
		if (error)
			error->status = GM_BAD_SHAPE;
		return GM_BAD_SHAPE;
	}
	if (!spec->T || !spec->N || (spec->problem.unbatched && spec->N != 1))
		return gm_fail(error, GM_BAD_SHAPE, "T is %zu and N is %zu, must be at least 1, N 1 if unbatched", spec->T,
		               spec->N);
	for (size_t n = 0; lengths && n < spec->N; n++)
		if (lengths[n] < 1 || (uint64_t)lengths[n] > spec->T)
			return gm_fail(error, GM_BAD_SHAPE, "length %zu is %lld, must be 1 to %zu", n, (long long)lengths[n],
			               spec->T);
	return GM_OK;
}

/* The rows that are not padding: [0] t descending for the forward direction, [1] ascending. */
static int list_steps(ref_run_state *run)
{
	const int64_t *lengths = run->given.lengths;

	if (__builtin_mul_overflow(run->T, run->N, &run->rows) ||
	    !(run->order[0] = calloc(run->rows, 2 * sizeof *run->order[0])))
		return 0;
	run->order[1] = run->order[0] + run->rows;
	for (int reverse = 0; reverse < 2; reverse++) {
		run->steps = 0;
		for (size_t i = 0; i < run->rows; i++) {
			size_t n = i % run->N, t = reverse ? i / run->N : run->T - 1 - i / run->N;

			if (!lengths || t < (size_t)lengths[n])
				run->order[reverse][run->steps++] = t * run->N + n;
		}
	}
	return 1;
}

/* Input of layer k, (T, N, its width); k = L: (T, N, D*R) the output. */
static double *sequence(const ref_run_state *run, size_t k)
{
	return k ? run->x + run->rows * (run->given.spec->problem.input_size + (k - 1) * run->D * run->R) : run->x;
}

static int take_sequences(ref_run_state *run)
{
	const size_t DR = run->D * run->R, I = run->given.spec->problem.input_size, back = run->backward ? run->rows : 0;
	ref_array arrays[] = {{&run->zeros, 1, 1},
	                      {&run->x, run->rows, I + run->L * DR},
	                      {&run->dy, back, DR},
	                      {&run->dx[0], back, I > DR ? I : DR},
	                      {&run->dx[1], run->D == 2 ? back : 0, I > DR ? I : DR}};

	for (size_t i = 0; i < run->given.tensors->count; i++) {
		const gm_tensor *row = &run->given.tensors->row[i];

		if (row->kind != GM_INPUT && row->count > arrays[0].width && !run->given.value[i] && row->role < GM_ROLE_OUTPUT)
			arrays[0].width = row->count;
	}
	return ref_take(arrays, sizeof arrays / sizeof *arrays, &run->block);
}

static const double *weight_in(const ref_run_state *run, gm_kind kind, size_t layer, size_t direction)
{
	const double *value = value_of(run, kind, layer, direction);

	return value ? value : run->zeros;
}

static gm_status make_layer(ref_run_state *run, size_t layer, size_t direction, const ref_noise *noise,
                            ref_stats *stats)
{
	static const ref_cell *const cells[GM_CELLS] = {
#define CELL(id, name, ...) [GM_##id] = &ref_cell_##name,
#include "base/cells.def"
#undef CELL
	};
	const gm_problem *p = &run->given.spec->problem;
	ref_layer *l = &run->layer[layer * run->D + direction];

	*l = (ref_layer){
		.row = cell_of(p),
		.cell = cells[p->cell],
		.T = run->T,
		.N = run->N,
		.I = gm_layer_input(p, layer),
		.H = p->hidden_size,
		.P = p->proj_size,
		.R = run->R,
		.G = gm_gates(p->cell),
		.order = run->order[direction],
		.steps = run->steps,
		.errs = {.noise = noise, .stats = stats, .seed = noise ? noise_seed(noise, layer, direction) : 0},
		.weights = {.weight_ih = weight_in(run, GM_WEIGHT_IH, layer, direction),
	                .weight_hh = weight_in(run, GM_WEIGHT_HH, layer, direction),
	                .bias_ih = value_of(run, GM_BIAS_IH, layer, direction),
	                .bias_hh = value_of(run, GM_BIAS_HH, layer, direction),
	                .weight_hr = p->proj_size ? weight_in(run, GM_WEIGHT_HR, layer, direction) : NULL},
		.grads = {.weight_ih = value_of(run, GM_GRAD_WEIGHT_IH, layer, direction),
	              .weight_hh = value_of(run, GM_GRAD_WEIGHT_HH, layer, direction),
	              .bias_ih = value_of(run, GM_GRAD_BIAS_IH, layer, direction),
	              .bias_hh = value_of(run, GM_GRAD_BIAS_HH, layer, direction),
	              .weight_hr = value_of(run, GM_GRAD_WEIGHT_HR, layer, direction)},
	};
	return ref_layer_create(l, run->backward);
}

static gm_status make(ref_run_state *run, const ref_noise *noise, ref_stats *stats)
{
	run->layer = calloc(run->L * run->D, sizeof *run->layer);
	if (!run->layer || !list_steps(run) || !take_sequences(run))
		return GM_NO_MEMORY;
	for (size_t i = 0; i < run->L * run->D; i++)
		GM_TRY(make_layer(run, i / run->D, i % run->D, noise, stats));
	return GM_OK;
}

static void destroy(ref_run_state *run)
{
	for (size_t i = 0; run->layer && i < run->L * run->D; i++)
		free(run->layer[i].block);
	free(run->layer);
	free(run->block);
	free(run->order[0]);
}

/* ---- layer by layer ---- */

/* Row s of a layer's output, [forward, reverse], times the dropout mask above it if it has one. */
static void join(const ref_run_state *run, size_t k)
{
	const size_t R = run->R, DR = run->D * R;
	const ref_layer *first = &run->layer[k * run->D];
	const double *mask = k + 1 < run->L ? value_of(run, GM_DROPOUT_MASK, k, 0) : NULL;

	for (size_t i = 0; i < run->steps; i++) {
		size_t s = run->order[0][i];
		double *y = sequence(run, k + 1) + s * DR;

		for (size_t d = 0; d < run->D; d++)
			memcpy(y + d * R, first[d].h + s * R, R * sizeof *y);
		if (!mask)
			continue;
		for (size_t j = 0; j < DR; j++)
			y[j] *= mask[row_at(run, s) * DR + j];
		ref_round(y, DR, &first->errs, ref_layer_site(first, REF_OP_MASK, s));
	}
}

static void forward(ref_run_state *run)
{
	const size_t H = run->given.spec->problem.hidden_size;

	sequence_in(run, GM_INPUT, run->given.spec->problem.input_size, run->x);
	for (size_t k = 0; k < run->L; k++) {
		for (size_t d = 0; d < run->D; d++) {
			size_t index = k * run->D + d;
			ref_layer *l = &run->layer[index];

			ref_layer_forward(l, sequence(run, k), state_in(run, GM_H_0, index, run->R),
			                  state_in(run, GM_C_0, index, H));
			state_out(run, GM_H_N, index, run->R, l->h_now);
			state_out(run, GM_C_N, index, H, l->c_now);
		}
		join(run, k);
	}
	sequence_out(run, GM_OUTPUT, run->D * run->R, sequence(run, run->L));
}

/* dx of layer k: the directions' sum, in dx[0]; below a layer also dy of the layer below, through its mask. */
static void join_dx(ref_run_state *run, size_t k)
{
	const size_t width = gm_layer_input(&run->given.spec->problem, k);
	const double *mask = k ? value_of(run, GM_DROPOUT_MASK, k - 1, 0) : NULL;
	ref_layer *first = &run->layer[k * run->D];

	for (size_t d = 0; d < run->D; d++)
		ref_layer_dx(&first[d], run->dx[d]);
	for (size_t i = 0; i < run->steps; i++) {
		size_t s = run->order[0][i];
		double *dx = run->dx[0] + s * width;

		for (size_t j = 0; run->D == 2 && j < width; j++)
			dx[j] += run->dx[1][s * width + j];
		if (run->D == 2)
			ref_round(dx, width, &first->errs, ref_layer_site(first, REF_OP_DX_SUM, s));
		for (size_t j = 0; mask && j < width; j++)
			dx[j] *= mask[row_at(run, s) * width + j];
		if (mask)
			ref_round(dx, width, &first->errs, ref_layer_site(first, REF_OP_DMASK, s));
		if (k)
			memcpy(run->dy + s * width, dx, width * sizeof *dx);
	}
}

static void backward_direction(ref_run_state *run, size_t k, size_t d)
{
	const size_t H = run->given.spec->problem.hidden_size, R = run->R, index = k * run->D + d;
	ref_layer *l = &run->layer[index];

	ref_layer_backward(l, run->dy + d * R, run->D * R, state_in(run, GM_GRAD_H_N, index, R),
	                   state_in(run, GM_GRAD_C_N, index, H));
	ref_layer_dweights(l, sequence(run, k));
	state_out(run, GM_GRAD_H_0, index, R, l->dh_now);
	state_out(run, GM_GRAD_C_0, index, H, l->dc_now);
}

static void backward(ref_run_state *run)
{
	sequence_in(run, GM_GRAD_OUTPUT, run->D * run->R, run->dy);
	for (size_t k = run->L; k-- > 0;) {
		for (size_t d = 0; d < run->D; d++)
			backward_direction(run, k, d);
		if (k || value_of(run, GM_GRAD_INPUT, 0, 0))
			join_dx(run, k);
	}
	sequence_out(run, GM_GRAD_INPUT, run->given.spec->problem.input_size, run->dx[0]);
}

gm_status ref_run(const ref_problem *given, const ref_noise *noise, ref_stats *stats, ref_trace *trace, gm_error *error)
{
	const gm_spec *spec = given->spec;
	ref_run_state run = {.given = *given, .T = spec->T, .N = spec->N};
	gm_status status;

	GM_TRY(check(spec, given->lengths, error));
	run.L = spec->problem.num_layers;
	run.D = gm_directions(&spec->problem);
	run.R = gm_state_size(&spec->problem);
	run.backward = wants_backward(&run, trace);
	if (stats)
		*stats = (ref_stats){.max_abs = 0, .min_kink = INFINITY};
	status = make(&run, noise, stats);
	if (status == GM_OK) {
		forward(&run);
		if (run.backward)
			backward(&run);
		for (size_t i = 0; trace && i < run.L * run.D; i++)
			trace_out(&run.layer[i], &trace[i]);
	} else {
		status = gm_fail(error, status, "no memory for the reference of T %zu, N %zu", spec->T, spec->N);
	}
	destroy(&run);
	return status;
}
