/* SPDX-License-Identifier: MIT */
/* budget_chaos.c - once errors have grown to a visible part of the state, what follows is not to be judged even if the
 * state forgets them: whether it does, and when, is then no longer a matter of small errors (measured: a tanh network
 * of spectral radius 5 whose samples met again, an honest kernel 26 scales away).
 *
 * Step t of batch row n is chaotic if an output row's RMS of s exceeds 1e-3 of the RMS of that row's whole sequence:
 * of the sequence, as a single small h is no sign of chaos.  Unfit from there on, for that n: output, h_n, c_n and
 * grad_input; with two directions every step, as one of them meets every step after it.  Gradients that pass the
 * chaotic step on their way carry its spread themselves. */
#include "budget_tensor.h"
#include "locate.h"

#include <math.h>
#include <stdlib.h>

typedef struct chaos {
	size_t *from;   /* (N) first chaotic step; T if none */
	double *square; /* (N) of the sequence, then its RMS */
} chaos;

static void locate_row(const judge_budget *budget, size_t tensor, size_t row, location *p)
{
	locate(&budget->spec, &budget->tensors->row[tensor], row * budget->tensor[tensor].length, p);
}

static void measure(const judge_budget *budget, size_t output, chaos *c)
{
	const budget_tensor *tensor = &budget->tensor[output];
	location p;

	for (size_t row = 0; row < tensor->rows; row++) {
		const double *want = tensor->want + row * tensor->length;
		double rms = budget_rms(want, want, tensor->length);

		locate_row(budget, output, row, &p);
		c->square[p.at[AXIS_ROW]] += rms * rms / (double)budget->spec.T;
	}
}

/* s: the tensor's scale before pooling. */
static void find_first(const judge_budget *budget, size_t output, chaos *c)
{
	const budget_tensor *tensor = &budget->tensor[output];
	int both = budget->spec.problem.bidirectional != 0;
	location p;

	for (size_t row = 0; row < tensor->rows; row++) {
		const double *want = tensor->want + row * tensor->length, *s = tensor->scale + row * tensor->length;
		double rms = budget_rms(s, want, tensor->length);
		size_t n, t;

		locate_row(budget, output, row, &p);
		n = p.at[AXIS_ROW];
		t = both ? 0 : p.at[AXIS_STEP];
		if (t < c->from[n] && rms > 0x1p-120 && !(rms <= JUDGE_UNFIT * sqrt(c->square[n])))
			c->from[n] = t;
	}
}

static void mark(judge_budget *budget, const chaos *c)
{
	for (size_t t = 0; t < budget->tensors->count; t++) {
		gm_kind kind = budget->tensors->row[t].kind;
		budget_tensor *tensor = &budget->tensor[t];
		int state = kind == GM_H_N || kind == GM_C_N;
		location p;

		if (!tensor->want || (!state && kind != GM_OUTPUT && kind != GM_GRAD_INPUT))
			continue;
		for (size_t row = 0; row < tensor->rows; row++) {
			locate_row(budget, t, row, &p);
			if ((state ? budget->spec.T - 1 : p.at[AXIS_STEP]) >= c->from[p.at[AXIS_ROW]])
				tensor->unfit[row] = 1;
		}
	}
}

gm_status budget_spread_chaos(judge_budget *budget, gm_error *error)
{
	size_t N = budget->spec.N, output = gm_tensors_index(budget->tensors, GM_OUTPUT, 0, 0);
	chaos c = {malloc(N * sizeof *c.from), calloc(N, sizeof *c.square)};
	gm_status status = GM_OK;

	if (!c.from || !c.square) {
		status = gm_fail(error, GM_NO_MEMORY, "no memory for %zu batch rows", N);
	} else {
		for (size_t n = 0; n < N; n++)
			c.from[n] = budget->spec.T;
		measure(budget, output, &c);
		find_first(budget, output, &c);
		mark(budget, &c);
	}
	free(c.from);
	free(c.square);
	return status;
}
