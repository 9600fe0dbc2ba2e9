/* SPDX-License-Identifier: MIT */
/* ref_lstm.c - the long short-term memory cell, gates i f g o.  Source: torch.nn.LSTM.
 *
 *   i = s(a_i)   f = s(a_f)   g = tanh(a_g)   o = s(a_o)
 *   c = f c' + i g            m = o tanh(c)             (h = m, or W_hr m with a projection)
 *
 * Backward, given d at m and dc_in from the step processed after, q(s) = s (1 - s):
 *   dc   = dc_in + d o (1 - tanh(c)^2)                  dc' = dc f
 *   da_i = dc g q(i)     da_f = dc c' q(f)     da_g = dc i (1 - g^2)     da_o = d tanh(c) q(o) */
#include "ref_cell.h"

static void forward(const ref_step *s)
{
	const size_t H = s->H;

	for (size_t u = 0; u < H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);
		double i = fl_act(&pen, ref_sigmoid(s->gates[0 * H + u]));
		double f = fl_act(&pen, ref_sigmoid(s->gates[1 * H + u]));
		double g = fl_act(&pen, tanh(s->gates[2 * H + u]));
		double o = fl_act(&pen, ref_sigmoid(s->gates[3 * H + u]));
		double c = fl(&pen, fl(&pen, f * s->c_prev[u]) + fl(&pen, i * g));
		double tanh_c = fl_act(&pen, tanh(c));

		s->gates[0 * H + u] = i;
		s->gates[1 * H + u] = f;
		s->gates[2 * H + u] = g;
		s->gates[3 * H + u] = o;
		s->c[u] = c;
		s->tanh_c[u] = tanh_c;
		s->m[u] = fl(&pen, o * tanh_c);
	}
}

static void backward(const ref_step *s)
{
	const size_t H = s->H;

	for (size_t u = 0; u < H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);
		double i = s->gates[0 * H + u], f = s->gates[1 * H + u];
		double g = s->gates[2 * H + u], o = s->gates[3 * H + u];
		double d = s->d[u], tanh_c = s->tanh_c[u];
		double through_tanh = fl(&pen, fl(&pen, d * o) * ref_one_minus_square(&pen, tanh_c));
		double dc = fl(&pen, through_tanh + s->dc[u]);

		s->dgates[0 * H + u] = fl(&pen, fl(&pen, dc * g) * ref_q(&pen, i));
		s->dgates[1 * H + u] = fl(&pen, fl(&pen, dc * s->c_prev[u]) * ref_q(&pen, f));
		s->dgates[2 * H + u] = fl(&pen, fl(&pen, dc * i) * ref_one_minus_square(&pen, g));
		s->dgates[3 * H + u] = fl(&pen, fl(&pen, d * tanh_c) * ref_q(&pen, o));
		s->dc_total[u] = dc;
		s->dc[u] = fl(&pen, dc * f);
	}
}

const ref_cell ref_cell_lstm = {.forward = forward, .backward = backward};
