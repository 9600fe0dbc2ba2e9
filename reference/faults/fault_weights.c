/* SPDX-License-Identifier: MIT */
/* fault_weights.c - faults that are wrong weights: the plan's copy is altered before base packs it, layer by layer. */
#include "fault_wrap.h"

#include <string.h>

static void swap_blocks(const fault_plan *p, const fault_layer *layer, size_t a, size_t b)
{
	size_t H = p->H;

	fault_swap(layer->weight_ih + a * H * layer->width, layer->weight_ih + b * H * layer->width, H * layer->width);
	fault_swap(layer->weight_hh + a * H * p->R, layer->weight_hh + b * H * p->R, H * p->R);
	fault_swap(layer->bias_ih + a * H, layer->bias_ih + b * H, H);
	fault_swap(layer->bias_hh + a * H, layer->bias_hh + b * H, H);
}

/* Gates a and b. */
void weights_swap_gates(const fault_plan *p, const fault_layer *layer)
{
	swap_blocks(p, layer, (size_t)p->row->a, (size_t)p->row->b);
}

/* Blocks i f g o arrive where i o f g are expected: o := f, f := g, g := o. */
void weights_onnx_order(const fault_plan *p, const fault_layer *layer)
{
	swap_blocks(p, layer, 1, 3);
	swap_blocks(p, layer, 1, 2);
}

void weights_hh_transposed(const fault_plan *p, const fault_layer *layer)
{
	size_t H = p->H;

	for (size_t row = 0; row < p->G * H; row++)
		for (size_t k = 0; k < row % H; k++)
			fault_swap(&layer->weight_hh[row * H + k], &layer->weight_hh[(row - row % H + k) * H + row % H], 1);
}

void weights_hh_zero(const fault_plan *p, const fault_layer *layer)
{
	memset(layer->weight_hh, 0, p->G * p->H * p->R * sizeof(float));
}

/* a: 0 bias_ih, 1 bias_hh. */
void weights_bias_zero(const fault_plan *p, const fault_layer *layer)
{
	memset(p->row->a ? layer->bias_hh : layer->bias_ih, 0, p->G * p->H * sizeof(float));
}

void weights_b_hn_outside(const fault_plan *p, const fault_layer *layer)
{
	for (size_t u = 2 * p->H; u < 3 * p->H; u++) {
		layer->bias_ih[u] += layer->bias_hh[u];
		layer->bias_hh[u] = 0;
	}
}

static void negate(float *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		values[i] = -values[i];
}

/* sigmoid(-a) = 1 - sigmoid(a) */
void weights_z_exchanged(const fault_plan *p, const fault_layer *layer)
{
	size_t H = p->H;

	negate(layer->weight_ih + H * layer->width, H * layer->width);
	negate(layer->weight_hh + H * H, H * H);
	negate(layer->bias_ih + H, H);
	negate(layer->bias_hh + H, H);
}

void weights_layer_repeated(const fault_plan *p, const fault_layer *layer)
{
	size_t i = (size_t)(layer - p->layer);

	if (i >= p->count - p->D)
		memcpy(layer->weight_hh, p->layer[i % p->D].weight_hh, p->G * p->H * p->R * sizeof(float));
}

void weights_direction_repeated(const fault_plan *p, const fault_layer *layer)
{
	if ((layer - p->layer) % 2 == 0)
		return;
	memcpy(layer->weight_ih, layer[-1].weight_ih, p->G * p->H * layer->width * sizeof(float));
	memcpy(layer->weight_hh, layer[-1].weight_hh, p->G * p->H * p->R * sizeof(float));
}

static void zero_last_column(float *W, size_t rows, size_t width)
{
	for (size_t g = 0; g < rows; g++)
		W[g * width + width - 1] = 0;
}

void weights_last_column_zero(const fault_plan *p, const fault_layer *layer)
{
	if (layer < p->layer + p->D)
		zero_last_column(layer->weight_ih, p->G * p->H, layer->width);
}

void weights_last_k_zero(const fault_plan *p, const fault_layer *layer)
{
	zero_last_column(layer->weight_hh, p->G * p->H, p->R);
}

void weights_hr_last_row_zero(const fault_plan *p, const fault_layer *layer)
{
	memset(layer->weight_hr + (p->R - 1) * p->H, 0, p->H * sizeof(float));
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

void weights_bf16(const fault_plan *p, const fault_layer *layer)
{
	round_bf16(layer->weight_ih, p->G * p->H * layer->width);
	round_bf16(layer->weight_hh, p->G * p->H * p->R);
}

void weights_one_off(const fault_plan *p, const fault_layer *layer)
{
	if (layer == p->layer)
		layer->weight_ih[0] *= 1.0001f;
}
