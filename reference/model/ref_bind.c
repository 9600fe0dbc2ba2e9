/* SPDX-License-Identifier: MIT */
/* ref_bind.c - between the tensor table's layouts (batch_first, unbatched, absent) and time-major rows. */
#include "ref_run.h"

#include <string.h>

double *ref_value(const ref_run_state *run, gm_kind kind, size_t layer, size_t direction)
{
	size_t row = gm_tensors_index(run->tensors, kind, layer, direction);

	return row == GM_NO_TENSOR ? NULL : run->value[row];
}

const double *ref_state_in(const ref_run_state *run, gm_kind kind, size_t index, size_t width)
{
	const double *all = ref_value(run, kind, 0, 0);

	return all ? all + index * run->N * width : run->zeros;
}

void ref_state_out(const ref_run_state *run, gm_kind kind, size_t index, size_t width, const double *from)
{
	double *all = ref_value(run, kind, 0, 0);

	if (all)
		memcpy(all + index * run->N * width, from, run->N * width * sizeof *from);
}

size_t ref_sequence_row(const ref_run_state *run, size_t t, size_t n, size_t width)
{
	return (run->spec->problem.batch_first ? n * run->T + t : t * run->N + n) * width;
}

void ref_sequence_in(const ref_run_state *run, gm_kind kind, size_t width, double *to)
{
	const double *from = ref_value(run, kind, 0, 0);

	for (size_t i = 0; from && i < run->steps; i++) {
		size_t s = run->order[0][i], t = s / run->N, n = s % run->N;

		memcpy(to + s * width, from + ref_sequence_row(run, t, n, width), width * sizeof *to);
	}
}

void ref_sequence_out(const ref_run_state *run, gm_kind kind, size_t width, const double *from)
{
	double *to = ref_value(run, kind, 0, 0);

	for (size_t t = 0; to && t < run->T; t++)
		for (size_t n = 0; n < run->N; n++)
			memcpy(to + ref_sequence_row(run, t, n, width), from + (t * run->N + n) * width, width * sizeof *to);
}

void ref_trace_out(const ref_layer *l, const ref_trace *trace)
{
	const size_t rows = l->way.T * l->way.N, GH = l->G * l->H;
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
