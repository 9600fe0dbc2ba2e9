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
#include "model/locate.h"

#include <math.h>

/* The first chaotic step of batch row n; T if none.  Scale is that before pooling. */
static size_t first_chaotic(const gm_spec *spec, const budget_tensor *output, size_t n)
{
	const size_t width = output->length;
	double square = 0;

	for (size_t t = 0; t < spec->T; t++) {
		const double *want = output->want + sequence_row(spec, t, n) * width;
		double rms = budget_rms(want, want, width);

		square += rms * rms / (double)spec->T;
	}
	for (size_t t = 0; t < spec->T; t++) {
		size_t at = sequence_row(spec, t, n) * width;
		double rms = budget_rms(output->scale + at, output->want + at, width);

		if (rms > 0x1p-120 && !(rms <= JUDGE_UNFIT * sqrt(square)))
			return spec->problem.bidirectional ? 0 : t;
	}
	return spec->T;
}

static void mark(judge_budget *budget, size_t n, size_t from)
{
	const gm_spec *spec = &budget->spec;

	for (size_t k = 0; k < budget->tensors->count; k++) {
		gm_kind kind = budget->tensors->row[k].kind;
		budget_tensor *tensor = &budget->tensor[k];

		if (!tensor->want)
			continue;
		for (size_t t = from; (kind == GM_OUTPUT || kind == GM_GRAD_INPUT) && t < spec->T; t++)
			tensor->unfit[sequence_row(spec, t, n)] = 1;
		for (size_t row = n; (kind == GM_H_N || kind == GM_C_N) && from < spec->T && row < tensor->rows; row += spec->N)
			tensor->unfit[row] = 1;
	}
}

void budget_spread_chaos(judge_budget *budget)
{
	size_t output = gm_tensors_index(budget->tensors, GM_OUTPUT, 0, 0);

	for (size_t n = 0; n < budget->spec.N; n++)
		mark(budget, n, first_chaotic(&budget->spec, &budget->tensor[output], n));
}
