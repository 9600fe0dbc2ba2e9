/* SPDX-License-Identifier: MIT */
/* fault_weights.c - faults that are wrong weights: the plan's copy is altered before base packs it. */
#include "fault_wrap.h"

#include <string.h>

static void swap(float *a, float *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float kept = a[i];

		a[i] = b[i];
		b[i] = kept;
	}
}

static void swap_blocks(const fault_plan *p, const fault_layer *layer, size_t a, size_t b)
{
	size_t H = p->H;

	swap(layer->weight_ih + a * H * layer->width, layer->weight_ih + b * H * layer->width, H * layer->width);
	swap(layer->weight_hh + a * H * p->R, layer->weight_hh + b * H * p->R, H * p->R);
	swap(layer->bias_ih + a * H, layer->bias_ih + b * H, H);
	swap(layer->bias_hh + a * H, layer->bias_hh + b * H, H);
}

void weights_swap_gates(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		swap_blocks(p, &p->layer[i], (size_t)p->row->a, (size_t)p->row->b);
}

/* Blocks i f g o arrive where i o f g are expected: o := f, f := g, g := o. */
void weights_onnx_order(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		swap_blocks(p, &p->layer[i], 1, 3);
		swap_blocks(p, &p->layer[i], 1, 2);
	}
}

void weights_hh_transposed(const fault_plan *p)
{
	size_t H = p->H;

	for (size_t i = 0; i < p->count * p->G; i++) {
		float *W = p->layer[i / p->G].weight_hh + i % p->G * H * H;

		for (size_t row = 0; row < H; row++)
			for (size_t k = 0; k < row; k++)
				swap(&W[row * H + k], &W[k * H + row], 1);
	}
}

void weights_hh_zero(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		memset(p->layer[i].weight_hh, 0, p->G * p->H * p->R * sizeof(float));
}

void weights_bias_zero(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		memset(p->row->a ? p->layer[i].bias_hh : p->layer[i].bias_ih, 0, p->G * p->H * sizeof(float));
}

void weights_b_hn_outside(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t u = 2 * p->H; u < 3 * p->H; u++) {
			p->layer[i].bias_ih[u] += p->layer[i].bias_hh[u];
			p->layer[i].bias_hh[u] = 0;
		}
}

static void negate(float *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		values[i] = -values[i];
}

/* sigmoid(-a) = 1 - sigmoid(a) */
void weights_z_exchanged(const fault_plan *p)
{
	size_t H = p->H;

	for (size_t i = 0; i < p->count; i++) {
		const fault_layer *layer = &p->layer[i];

		negate(layer->weight_ih + H * layer->width, H * layer->width);
		negate(layer->weight_hh + H * H, H * H);
		negate(layer->bias_ih + H, H);
		negate(layer->bias_hh + H, H);
	}
}

void weights_layer_repeated(const fault_plan *p)
{
	for (size_t d = 0; d < p->D; d++)
		memcpy(p->layer[p->count - p->D + d].weight_hh, p->layer[d].weight_hh, p->G * p->H * p->R * sizeof(float));
}

void weights_direction_repeated(const fault_plan *p)
{
	for (size_t i = 1; i < p->count; i += 2) {
		const fault_layer *from = &p->layer[i - 1], *to = &p->layer[i];

		memcpy(to->weight_ih, from->weight_ih, p->G * p->H * to->width * sizeof(float));
		memcpy(to->weight_hh, from->weight_hh, p->G * p->H * p->R * sizeof(float));
	}
}

static void zero_last_column(float *W, size_t rows, size_t width)
{
	for (size_t g = 0; g < rows; g++)
		W[g * width + width - 1] = 0;
}

void weights_last_column_zero(const fault_plan *p)
{
	for (size_t i = 0; i < p->D; i++)
		zero_last_column(p->layer[i].weight_ih, p->G * p->H, p->layer[i].width);
}

void weights_last_k_zero(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		zero_last_column(p->layer[i].weight_hh, p->G * p->H, p->R);
}

void weights_hr_last_row_zero(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		memset(p->layer[i].weight_hr + (p->R - 1) * p->H, 0, p->H * sizeof(float));
}

static void round_bf16(float *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t bits;

		memcpy(&bits, &values[i], sizeof bits);
		if ((bits & 0x7f800000) == 0x7f800000)
			continue;
		bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
		memcpy(&values[i], &bits, sizeof bits);
	}
}

void weights_bf16(const fault_plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		round_bf16(p->layer[i].weight_ih, p->G * p->H * p->layer[i].width);
		round_bf16(p->layer[i].weight_hh, p->G * p->H * p->R);
	}
}

void weights_one_off(const fault_plan *p) { p->layer[0].weight_ih[0] *= 1.0001f; }
