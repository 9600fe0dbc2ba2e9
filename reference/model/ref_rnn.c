/* SPDX-License-Identifier: MIT */
/* ref_rnn.c - the Elman cell, one gate, tanh, relu or sigmoid.  Source: torch.nn.RNN.
 *
 *   h = tanh(a)                       da = d (1 - h^2)
 *   h = a <= 0 ? +0 : a               da = h <= 0 ? 0 : d
 *   h = sigmoid(a)                    da = d q(h), q(h) = h (1 - h); torch.nn has no such cell
 *
 * Written as conditions so that relu keeps a NaN and its derivative lets d through there, as torch.relu does.
 * relu rounds nothing; its kink is where an honest rounding may change the result at once, so the run notes how
 * close a pre-activation came. */
#include "ref_cell.h"

static void forward_tanh(const ref_step *s)
{
	for (size_t u = 0; u < s->H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);

		s->m[u] = s->gates[u] = fl_act(&pen, tanh(s->gates[u]));
	}
}

static void backward_tanh(const ref_step *s)
{
	for (size_t u = 0; u < s->H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);

		s->dgates[u] = fl(&pen, s->d[u] * ref_one_minus_square(&pen, s->gates[u]));
	}
}

static void forward_relu(const ref_step *s)
{
	ref_stats *stats = s->errs->stats;

	for (size_t u = 0; u < s->H; u++) {
		double a = s->gates[u];

		if (stats && fabs(a) < stats->min_kink)
			stats->min_kink = fabs(a);
		s->m[u] = s->gates[u] = a <= 0 ? 0 : a;
	}
}

static void backward_relu(const ref_step *s)
{
	for (size_t u = 0; u < s->H; u++)
		s->dgates[u] = s->gates[u] <= 0 ? 0 : s->d[u];
}

static void forward_sigmoid(const ref_step *s)
{
	for (size_t u = 0; u < s->H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);

		s->m[u] = s->gates[u] = fl_act(&pen, ref_sigmoid(s->gates[u]));
	}
}

static void backward_sigmoid(const ref_step *s)
{
	for (size_t u = 0; u < s->H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);

		s->dgates[u] = fl(&pen, s->d[u] * ref_q(&pen, s->gates[u]));
	}
}

const ref_cell ref_cell_rnn_tanh = {.forward = forward_tanh, .backward = backward_tanh};
const ref_cell ref_cell_rnn_relu = {.forward = forward_relu, .backward = backward_relu};
const ref_cell ref_cell_rnn_sigmoid = {.forward = forward_sigmoid, .backward = backward_sigmoid};
