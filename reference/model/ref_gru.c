/* SPDX-License-Identifier: MIT */
/* ref_gru.c - the gated recurrent unit, gates r z n, reset applied after the recurrent product.
 * Source: torch.nn.GRU.  a_nx and a_nh are the input's and the recurrent part of the new gate, each with its bias.
 *
 *   r = s(a_r)   z = s(a_z)   n = tanh(a_nx + r a_nh)
 *   h = n + z (h' - n)
 *
 * Backward, given d at h, q(s) = s (1 - s):
 *   da_n = d (1 - z) (1 - n^2)     da_z = d (h' - n) q(z)     da_nh = da_n r     da_r = da_n a_nh q(r)
 * da_n goes towards x (dx, dW_ih, db_ih), da_nh in its place towards h' (dW_hh, db_hh and dh'), which besides
 * receives d z directly. */
#include "ref_cell.h"

static void forward(const ref_step *s)
{
	const size_t H = s->H;

	for (size_t u = 0; u < H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);
		double r = fl_act(&pen, ref_sigmoid(s->gates[0 * H + u]));
		double z = fl_act(&pen, ref_sigmoid(s->gates[1 * H + u]));
		double a_n = fl(&pen, fl(&pen, r * s->a_nh[u]) + s->gates[2 * H + u]);
		double n = fl_act(&pen, tanh(a_n));

		s->gates[0 * H + u] = r;
		s->gates[1 * H + u] = z;
		s->gates[2 * H + u] = n;
		s->m[u] = fl(&pen, fl(&pen, z * fl(&pen, s->h_prev[u] - n)) + n);
	}
}

static void backward(const ref_step *s)
{
	const size_t H = s->H;

	for (size_t u = 0; u < H; u++) {
		noise_rounding pen = noise_rounding_at(s->errs->noise, s->stream, u);
		double r = s->gates[0 * H + u], z = s->gates[1 * H + u], n = s->gates[2 * H + u];
		double d = s->d[u];
		double d_n = fl(&pen, d * fl(&pen, 1 - z));
		double da_n = fl(&pen, d_n * ref_one_minus_square(&pen, n));
		double d_z = fl(&pen, d * fl(&pen, s->h_prev[u] - n));
		double da_z = fl(&pen, d_z * ref_q(&pen, z));
		double da_r = fl(&pen, fl(&pen, da_n * s->a_nh[u]) * ref_q(&pen, r));

		s->dgates[0 * H + u] = s->dgates_h[0 * H + u] = da_r;
		s->dgates[1 * H + u] = s->dgates_h[1 * H + u] = da_z;
		s->dgates[2 * H + u] = da_n;
		s->dgates_h[2 * H + u] = fl(&pen, da_n * r);
		s->dh_direct[u] = fl(&pen, d * z);
	}
}

const ref_cell ref_cell_gru = {.forward = forward, .backward = backward};
