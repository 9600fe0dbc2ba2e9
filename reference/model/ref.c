/* SPDX-License-Identifier: MIT */
/* ref.c - a run of the reference: layers upwards, then downwards.  Contract: ref.h; one layer in one direction:
 * ref_layer.h.  All memory is taken before anything is written, so that a failed run leaves no trace. */
#include "ref_run.h"

#include <stdlib.h>
#include <string.h>

static int wants_backward(const ref_run_state *run, const ref_trace *trace)
{
	for (size_t i = 0; i < run->tensors->count; i++)
		if (run->tensors->row[i].role == GM_ROLE_GRAD && run->value[i])
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

/* Zeroed array of rows*width, NULL if there is no memory or the size overflows. */
static void *zeroed(size_t rows, size_t width, size_t bytes)
{
	size_t count;

	return __builtin_mul_overflow(rows, width, &count) ? NULL : calloc(count ? count : 1, bytes);
}

/* The rows that are not padding: [0] t descending for the forward direction, [1] ascending. */
static int list_steps(ref_run_state *run, const int64_t *lengths)
{
	size_t at[2] = {0, 0};

	run->order[0] = zeroed(run->T, run->N, sizeof *run->order[0]);
	run->order[1] = zeroed(run->T, run->N, sizeof *run->order[1]);
	if (!run->order[0] || !run->order[1])
		return 0;
	for (size_t i = 0; i < run->T; i++)
		for (int reverse = 0; reverse < 2; reverse++) {
			size_t t = reverse ? i : run->T - 1 - i;

			for (size_t n = 0; n < run->N; n++)
				if (!lengths || t < (size_t)lengths[n])
					run->order[reverse][at[reverse]++] = t * run->N + n;
		}
	run->steps = at[0];
	return 1;
}

static int take_sequences(ref_run_state *run)
{
	const gm_problem *p = &run->spec->problem;
	const size_t rows = run->T * run->N, DR = run->D * run->R, widest = p->input_size > DR ? p->input_size : DR;
	size_t absent = 1;

	for (size_t i = 0; i < run->tensors->count; i++) {
		gm_kind kind = run->tensors->row[i].kind;

		if (kind != GM_INPUT && run->tensors->row[i].count > absent && !run->value[i] &&
		    run->tensors->row[i].role < GM_ROLE_OUTPUT)
			absent = run->tensors->row[i].count;
	}
	run->zeros = zeroed(absent, 1, sizeof *run->zeros);
	run->x = zeroed(run->L + 1, 1, sizeof *run->x);
	if (!run->zeros || !run->x)
		return 0;
	for (size_t k = 0; k <= run->L; k++)
		if (!(run->x[k] = zeroed(rows, gm_layer_input(p, k), sizeof **run->x)))
			return 0;
	if (!run->backward)
		return 1;
	run->dy = zeroed(rows, DR, sizeof *run->dy);
	for (size_t d = 0; d < run->D; d++)
		if (!(run->dx[d] = zeroed(rows, widest, sizeof *run->dx[d])))
			return 0;
	return run->dy != NULL;
}

static const double *weight_in(const ref_run_state *run, gm_kind kind, size_t layer, size_t direction)
{
	const double *value = ref_value(run, kind, layer, direction);

	return value ? value : run->zeros;
}

static gm_status make_layer(ref_run_state *run, size_t layer, size_t direction, const ref_noise *noise,
                            ref_stats *stats)
{
	static const ref_cell *const cells[GM_CELLS] = {
		[GM_RNN_TANH] = &ref_cell_rnn_tanh,
		[GM_RNN_RELU] = &ref_cell_rnn_relu,
		[GM_LSTM] = &ref_cell_lstm,
		[GM_GRU] = &ref_cell_gru,
	};
	const gm_problem *p = &run->spec->problem;
	ref_layer *l = &run->layer[layer * run->D + direction];

	l->cell = cells[p->cell];
	l->I = gm_layer_input(p, layer);
	l->H = p->hidden_size;
	l->P = p->proj_size;
	l->R = run->R;
	l->G = gm_gates(p->cell);
	l->way = (ref_schedule){.T = run->T, .N = run->N, .order = run->order[direction], .steps = run->steps};
	l->errs = (ref_errors){.noise = noise, .stats = stats, .seed = noise ? noise_seed(noise, layer, direction) : 0};
	l->weights = (ref_weights){
		.weight_ih = weight_in(run, GM_WEIGHT_IH, layer, direction),
		.weight_hh = weight_in(run, GM_WEIGHT_HH, layer, direction),
		.bias_ih = ref_value(run, GM_BIAS_IH, layer, direction),
		.bias_hh = ref_value(run, GM_BIAS_HH, layer, direction),
		.weight_hr = p->proj_size ? weight_in(run, GM_WEIGHT_HR, layer, direction) : NULL,
	};
	return ref_layer_create(l, run->backward);
}

static gm_status make(ref_run_state *run, const int64_t *lengths, const ref_noise *noise, ref_stats *stats)
{
	run->layer = zeroed(run->L, run->D, sizeof *run->layer);
	if (!run->layer || !list_steps(run, lengths) || !take_sequences(run))
		return GM_NO_MEMORY;
	for (size_t k = 0; k < run->L; k++)
		for (size_t d = 0; d < run->D; d++)
			GM_TRY(make_layer(run, k, d, noise, stats));
	return GM_OK;
}

static void destroy(ref_run_state *run)
{
	for (size_t i = 0; run->layer && i < run->L * run->D; i++)
		ref_layer_destroy(&run->layer[i]);
	for (size_t k = 0; run->x && k <= run->L; k++)
		free(run->x[k]);
	free(run->layer);
	free(run->x);
	free(run->dx[0]);
	free(run->dx[1]);
	free(run->dy);
	free(run->zeros);
	free(run->order[0]);
	free(run->order[1]);
}

/* Row s of a layer's output, [forward, reverse], times the dropout mask above it if it has one. */
static void join(const ref_run_state *run, size_t k)
{
	const size_t R = run->R, DR = run->D * R;
	const double *mask = k + 1 < run->L ? ref_value(run, GM_DROPOUT_MASK, k, 0) : NULL;

	for (size_t i = 0; i < run->steps; i++) {
		size_t s = run->order[0][i], t = s / run->N, n = s % run->N;
		double *y = run->x[k + 1] + s * DR;

		for (size_t d = 0; d < run->D; d++)
			memcpy(y + d * R, run->layer[k * run->D + d].h + s * R, R * sizeof *y);
		if (mask)
			ref_multiply(y, y, mask + ref_sequence_row(run, t, n, DR), DR, &run->layer[k * run->D].errs,
			             (ref_site){REF_OP_MASK, t, n});
	}
}

static void forward(ref_run_state *run)
{
	const size_t H = run->spec->problem.hidden_size;

	ref_sequence_in(run, GM_INPUT, run->spec->problem.input_size, run->x[0]);
	for (size_t k = 0; k < run->L; k++) {
		for (size_t d = 0; d < run->D; d++) {
			size_t index = k * run->D + d;
			ref_layer *l = &run->layer[index];

			ref_layer_forward(l, run->x[k], ref_state_in(run, GM_H_0, index, run->R),
			                  ref_state_in(run, GM_C_0, index, H));
			ref_state_out(run, GM_H_N, index, run->R, l->h_now);
			ref_state_out(run, GM_C_N, index, H, l->c_now);
		}
		join(run, k);
	}
	ref_sequence_out(run, GM_OUTPUT, run->D * run->R, run->x[run->L]);
}

/* dx of layer k: the directions' sum, in dx[0]; below a layer also dy of the layer below, through its mask. */
static void join_dx(ref_run_state *run, size_t k)
{
	const size_t width = gm_layer_input(&run->spec->problem, k);
	const double *mask = k ? ref_value(run, GM_DROPOUT_MASK, k - 1, 0) : NULL;
	const ref_errors *errs = &run->layer[k * run->D].errs;

	for (size_t d = 0; d < run->D; d++)
		ref_layer_dx(&run->layer[k * run->D + d], run->dx[d]);
	for (size_t i = 0; i < run->steps; i++) {
		size_t s = run->order[0][i], t = s / run->N, n = s % run->N;
		double *dx = run->dx[0] + s * width;

		if (run->D == 2)
			ref_add(dx, dx, run->dx[1] + s * width, width, errs, (ref_site){REF_OP_DX_SUM, t, n});
		if (mask)
			ref_multiply(dx, dx, mask + ref_sequence_row(run, t, n, width), width, errs,
			             (ref_site){REF_OP_DMASK, t, n});
		if (k)
			memcpy(run->dy + s * width, dx, width * sizeof *dx);
	}
}

static void backward_direction(ref_run_state *run, size_t k, size_t d)
{
	const size_t H = run->spec->problem.hidden_size, R = run->R, index = k * run->D + d;
	ref_layer *l = &run->layer[index];
	const ref_grads grads = {
		.weight_ih = ref_value(run, GM_GRAD_WEIGHT_IH, k, d),
		.weight_hh = ref_value(run, GM_GRAD_WEIGHT_HH, k, d),
		.bias_ih = ref_value(run, GM_GRAD_BIAS_IH, k, d),
		.bias_hh = ref_value(run, GM_GRAD_BIAS_HH, k, d),
		.weight_hr = ref_value(run, GM_GRAD_WEIGHT_HR, k, d),
	};

	ref_layer_backward(l, run->dy + d * R, run->D * R, ref_state_in(run, GM_GRAD_H_N, index, R),
	                   ref_state_in(run, GM_GRAD_C_N, index, H));
	ref_layer_dweights(l, run->x[k], &grads);
	ref_state_out(run, GM_GRAD_H_0, index, R, l->dh_now);
	ref_state_out(run, GM_GRAD_C_0, index, H, l->dc_now);
}

static void backward(ref_run_state *run)
{
	ref_sequence_in(run, GM_GRAD_OUTPUT, run->D * run->R, run->dy);
	for (size_t k = run->L; k-- > 0;) {
		for (size_t d = 0; d < run->D; d++)
			backward_direction(run, k, d);
		if (k || ref_value(run, GM_GRAD_INPUT, 0, 0))
			join_dx(run, k);
	}
	ref_sequence_out(run, GM_GRAD_INPUT, run->spec->problem.input_size, run->dx[0]);
}

static gm_status run_all(const gm_spec *spec, const gm_tensors *tensors, const int64_t *lengths, double *const *value,
                         const ref_noise *noise, ref_stats *stats, ref_trace *trace, gm_error *error)
{
	ref_run_state run = {.spec = spec, .tensors = tensors, .value = value, .T = spec->T, .N = spec->N};
	gm_status status;

	GM_TRY(check(spec, lengths, error));
	run.L = spec->problem.num_layers;
	run.D = gm_directions(&spec->problem);
	run.R = gm_state_size(&spec->problem);
	run.backward = wants_backward(&run, trace);
	if (stats)
		*stats = (ref_stats){.max_abs = 0, .min_kink = INFINITY};
	status = make(&run, lengths, noise, stats);
	if (status == GM_OK) {
		forward(&run);
		if (run.backward)
			backward(&run);
		for (size_t i = 0; trace && i < run.L * run.D; i++)
			ref_trace_out(&run.layer[i], &trace[i]);
	} else {
		status = gm_fail(error, status, "no memory for the reference of T %zu, N %zu", spec->T, spec->N);
	}
	destroy(&run);
	return status;
}

gm_status ref_run(const gm_spec *spec, const gm_tensors *tensors, const int64_t *lengths, double *const *value,
                  const ref_noise *noise, ref_stats *stats, gm_error *error)
{
	return run_all(spec, tensors, lengths, value, noise, stats, NULL, error);
}

gm_status ref_run_traced(const gm_spec *spec, const gm_tensors *tensors, const int64_t *lengths, double *const *value,
                         ref_trace *trace, gm_error *error)
{
	return run_all(spec, tensors, lengths, value, NULL, NULL, trace, error);
}
