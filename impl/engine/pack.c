/* SPDX-License-Identifier: MIT */
/* pack.c - weights from PyTorch's row-major layout to what the kernels stream, once per weight version.
 * Lanes beyond a matrix are +0 and never become a term of a chain that anyone reads. */
#include "plan.h"

#include <string.h>

/* dst[j block][k][column of block] = src[k*stride_k + j*stride_j], in blocks of `width` columns. */
static void pack_matrix(float *dst, size_t width, size_t depth, size_t cols, const float *src, size_t stride_k,
                        size_t stride_j)
{
	for (size_t block = 0; block < cols; block += width)
		for (size_t k = 0; k < depth; k++)
			for (size_t lane = 0; lane < width; lane++) {
				size_t j = block + lane;

				*dst++ = j < cols ? src[k * stride_k + j * stride_j] : 0.0f;
			}
}

/* Row of a (G*H, ...) matrix that belongs to an interleaved column [unit block][gate][lane]; G*H if padding. */
static size_t gate_row(const gm_plan *plan, size_t column)
{
	const gm_dims *d = &plan->dims;
	size_t lanes = plan->kernels->lanes;
	size_t unit = column / (d->G * lanes) * lanes + column % lanes;
	size_t gate = column / lanes % d->G;

	return unit < d->H && column < d->G * d->Hp ? gate * d->H + unit : d->G * d->H;
}

/* (G*H, depth) -> blocks of `width` interleaved columns. */
static void pack_gates(const gm_plan *plan, float *dst, size_t width, size_t depth, const float *src)
{
	size_t rows = plan->dims.G * plan->dims.H, columns = plan->dims.G * plan->dims.Hp;

	for (size_t block = 0; block < columns; block += width)
		for (size_t lane = 0; lane < width; lane++) {
			size_t row = gate_row(plan, block + lane);
			float *out = dst + block * depth + lane;

			for (size_t k = 0; k < depth; k++)
				out[k * width] = row < rows ? src[row * depth + k] : 0.0f;
		}
}

/* b = fl(b_ih + b_hh); a gate that stays apart keeps b_ih in the projection and b_hh with the recurrent product. */
static void pack_bias(const gm_plan *plan, layer_pack *pack, const gm_layer_weights *w)
{
	const gm_dims *d = &plan->dims;
	size_t columns = d->G * d->Hp, width = plan->kernels->gemm_cols;
	size_t joined = d->cell->joined * d->H;

	for (size_t column = 0; column < (columns + width - 1) / width * width; column++) {
		size_t row = gate_row(plan, column);

		if (row >= d->G * d->H || !w->bias_ih)
			pack->bias[column] = 0.0f;
		else
			pack->bias[column] = row < joined ? w->bias_ih[row] + w->bias_hh[row] : w->bias_ih[row];
	}
	for (size_t u = 0; pack->bias_hn && u < d->Hp; u++)
		pack->bias_hn[u] = u < d->H && w->bias_hh ? w->bias_hh[joined + u] : 0.0f;
}

/* dh: one chain a gate, so each block holds [gate][u][column].  dx: a chain for each run of gates. */
static void pack_transposed(const gm_plan *plan, layer_pack *pack, const gm_layer_weights *w, size_t x)
{
	const gm_dims *d = &plan->dims;
	size_t width = plan->kernels->gemm_cols, row = 0;

	pack_matrix(pack->weight_hh_t, width, d->G * d->H, d->R, w->weight_hh, d->R, 1);
	for (size_t i = 0; i < CELL_RUNS && pack->weight_ih_t[i]; i++) {
		size_t rows = d->cell->x[i].blocks * d->H;

		pack_matrix(pack->weight_ih_t[i], width, rows, x, w->weight_ih + row * x, x, 1);
		row += rows;
	}
	if (d->P)
		pack_matrix(pack->weight_hr_t, width, d->P, d->H, w->weight_hr, d->H, 1);
}

void pack_weights(gm_plan *plan, const gm_weights *weights)
{
	const gm_dims *d = &plan->dims;

	for (size_t i = 0; i < d->L * d->D; i++) {
		layer_pack *pack = &plan->pack[i];
		const gm_layer_weights *w = &weights->layer[i];
		size_t x = gm_layer_input(&plan->problem, i / d->D);

		pack_bias(plan, pack, w);
		pack_gates(plan, pack->weight_ih, plan->kernels->gemm_cols, x, w->weight_ih);
		pack_gates(plan, pack->weight_hh, d->G * plan->kernels->lanes, d->R, w->weight_hh);
		if (d->P)
			pack_matrix(pack->weight_hr, plan->kernels->gemm_cols, d->H, d->P, w->weight_hr, 1, d->H);
		if (plan->opts.mode != GM_MODE_INFER)
			pack_transposed(plan, pack, w, x);
	}
}
