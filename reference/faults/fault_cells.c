/* SPDX-License-Identifier: MIT */
/* fault_cells.c - the pointwise part of the faulty kernel, forward and backward of each cell side by side.
 *
 *   RNN   h = act(a)                                  da = dh * act'
 *   LSTM  c = f*c' + i*g, h = o*tanh(c)               dc += dh*o*(1 - tanh(c)^2); dc' = dc*f
 *   GRU   n = tanh(a_in + r*a_hn), h = (1-z)*n + z*h' dn = dh*(1-z); dz = dh*(h' - n); dh' = dh*z
 * Each wrong branch names its fault; without one the arithmetic is the straightforward float32 one. */
#include "fault_kernel.h"

#include <math.h>

/* Like a table that is good to `size`. */
static float ripple(float value, float x, float size) { return value * (1.0f + size * cosf(37.0f * x)); }

static float true_sigmoid(float x) { return x < 0 ? expf(x) / (1.0f + expf(x)) : 1.0f / (1.0f + expf(-x)); }

static float clamp(float x) { return x < -2 ? -2 : x > 2 ? 2 : x; }

static float activation(kernel_fault fault, float x, int is_tanh)
{
	float at = fault == KERNEL_CLAMP_2 ? clamp(x) : x;
	float y = is_tanh != (fault == KERNEL_EXCHANGED) ? tanhf(at) : true_sigmoid(at);

	if (fault == KERNEL_NAN_BEYOND_4 && fabsf(x) > 4)
		return NAN;
	if (fault == KERNEL_ZERO_NEGATIVE && is_tanh && x < 0)
		return 0;
	if (fault == (is_tanh ? KERNEL_TANH_1E4 : KERNEL_SIGMOID_1E4))
		return ripple(y, x, 1e-4f);
	return fault == (is_tanh ? KERNEL_TANH_1E5 : KERNEL_SIGMOID_1E5) ? ripple(y, x, 1e-5f) : y;
}

float cell_sigmoid(kernel_fault fault, float x) { return activation(fault, x, 0); }

static float cell_tanh(kernel_fault fault, float x) { return activation(fault, x, 1); }

/* ---- RNN ---- */

static float relu(kernel_fault fault, float x)
{
	(void)fault;
	return x <= 0 ? 0 : x; // a NaN stays one
}

static float relu_slope(kernel_fault fault, float h)
{
	return !(h <= 0) || fault == KERNEL_RELU_SLOPE; // 1 for a NaN, as PyTorch has it
}

static float tanh_slope(kernel_fault fault, float h)
{
	(void)fault;
	return 1.0f - h * h;
}

static float rnn_sigmoid(kernel_fault fault, float x) { return cell_sigmoid(fault, fault == KERNEL_TWICE ? 2 * x : x); }

static float sigmoid_slope(kernel_fault fault, float h)
{
	return fault == KERNEL_SIGMOID_SLOPE ? 1.0f - h * h : h * (1.0f - h);
}

static void rnn_forward(const cell_row *row, float (*act)(kernel_fault fault, float x))
{
	for (size_t u = 0; u < row->H; u++) {
		float a = row->a_ih[u] + row->a_hh[u];

		row->gates[u] = act(row->fault, a);
		row->h[u] = row->gates[u];
	}
}

static void rnn_backward(const cell_row *row, float (*slope_at)(kernel_fault fault, float h))
{
	for (size_t u = 0; u < row->H; u++) {
		float h = row->fault == KERNEL_SLOPE_STEP ? row->h_prev[u] : row->gates[u];
		float above = row->grad_output ? row->grad_output[u] : 0, slope = slope_at(row->fault, h);

		if (row->fault == KERNEL_SLOPE_OUTPUT)
			row->da_ih[u] = above * slope + row->dh[u];
		else
			row->da_ih[u] = (above + row->dh[u]) * slope;
		row->da_hh[u] = row->da_ih[u];
		row->dh[u] = 0;
	}
}

static void rnn_tanh_forward(const cell_row *row) { rnn_forward(row, cell_tanh); }

static void rnn_tanh_backward(const cell_row *row) { rnn_backward(row, tanh_slope); }

static void rnn_relu_forward(const cell_row *row) { rnn_forward(row, relu); }

static void rnn_relu_backward(const cell_row *row) { rnn_backward(row, relu_slope); }

static void rnn_sigmoid_forward(const cell_row *row) { rnn_forward(row, rnn_sigmoid); }

static void rnn_sigmoid_backward(const cell_row *row) { rnn_backward(row, sigmoid_slope); }

/* ---- LSTM ---- */

static void lstm_forward(const cell_row *row)
{
	size_t H = row->H;

	for (size_t u = 0; u < H; u++) {
		float i = cell_sigmoid(row->fault, row->a_ih[u] + row->a_hh[u]);
		float f = cell_sigmoid(row->fault, row->a_ih[H + u] + row->a_hh[H + u]);
		float g = cell_tanh(row->fault, row->a_ih[2 * H + u] + row->a_hh[2 * H + u]);
		float o = cell_sigmoid(row->fault, row->a_ih[3 * H + u] + row->a_hh[3 * H + u]);
		float c = f * row->c_prev[u] + i * g;

		row->gates[u] = i;
		row->gates[H + u] = f;
		row->gates[2 * H + u] = g;
		row->gates[3 * H + u] = o;
		row->c[u] = c;
		row->h[u] = o * cell_tanh(row->fault, c);
	}
}

static void lstm_backward(const cell_row *row)
{
	size_t H = row->H;

	for (size_t u = 0; u < H; u++) {
		float i = row->gates[u], f = row->gates[H + u], g = row->gates[2 * H + u], o = row->gates[3 * H + u];
		float dh = row->dh[u] + (row->grad_output ? row->grad_output[u] : 0);
		float tanh_c = cell_tanh(row->fault, row->c[u]);
		float slope_of = row->fault == KERNEL_OLD_C ? tanhf(row->c_prev[u]) : tanh_c;
		float dc = row->dc[u] + dh * o * (1.0f - slope_of * slope_of);

		row->da_ih[u] = dc * g * i * (1.0f - i);
		row->da_ih[H + u] = dc * row->c_prev[u] * f * (1.0f - f);
		row->da_ih[2 * H + u] = dc * i * (1.0f - g * g);
		row->da_ih[3 * H + u] = dh * tanh_c * o * (1.0f - o);
		row->dc[u] = row->fault == KERNEL_DC_NOT_F ? dc : dc * f;
		row->dh[u] = 0;
		for (size_t gate = 0; gate < 4; gate++)
			row->da_hh[gate * H + u] = row->da_ih[gate * H + u];
	}
}

/* ---- GRU ---- */

static void gru_forward(const cell_row *row)
{
	size_t H = row->H;

	for (size_t u = 0; u < H; u++) {
		float r = cell_sigmoid(row->fault, row->a_ih[u] + row->a_hh[u]);
		float z = cell_sigmoid(row->fault, row->a_ih[H + u] + row->a_hh[H + u]);
		float a_nh = row->a_hh[2 * H + u];
		float gated = row->fault == KERNEL_RESET_BEFORE ? a_nh : r * a_nh;
		float n = cell_tanh(row->fault, row->a_ih[2 * H + u] + gated);

		row->gates[u] = r;
		row->gates[H + u] = z;
		row->gates[2 * H + u] = n;
		row->a_nh[u] = a_nh;
		row->h[u] = (1.0f - z) * n + z * row->h_prev[u];
	}
}

static void gru_backward(const cell_row *row)
{
	size_t H = row->H;

	for (size_t u = 0; u < H; u++) {
		float r = row->gates[u], z = row->gates[H + u], n = row->gates[2 * H + u];
		float dh = row->dh[u] + (row->grad_output ? row->grad_output[u] : 0);
		float slope_of = row->fault == KERNEL_CANDIDATE_OUTPUT ? row->h[u] : n;
		float da_n = dh * (1.0f - z) * (1.0f - slope_of * slope_of);
		float da_r = da_n * row->a_nh[u] * r * (1.0f - r);
		float da_z = dh * (row->h_prev[u] - n) * z * (1.0f - z);

		row->da_ih[u] = row->da_hh[u] = da_r;
		row->da_ih[H + u] = row->da_hh[H + u] = da_z;
		row->da_ih[2 * H + u] = da_n;
		row->da_hh[2 * H + u] = row->fault == KERNEL_DN_NOT_R ? da_n : da_n * r;
		row->dh[u] = row->fault == KERNEL_DH_NOT_Z ? 0 : dh * z;
	}
}

/* ---- all of them ---- */

static const struct {
	void (*forward)(const cell_row *row);
	void (*backward)(const cell_row *row);
} formulas[GM_CELLS] = {
#define CELL(id, name, ...) [GM_##id] = {name##_forward, name##_backward},
#include "base/cells.def"
#undef CELL
};

void cell_row_forward(const cell_row *row)
{
	formulas[row->cell].forward(row);
	for (size_t u = 0; row->fault == KERNEL_FLUSH && u < row->H; u++)
		row->h[u] = fabsf(row->h[u]) < 0x1p-126f ? 0 : row->h[u];
}

void cell_row_backward(const cell_row *row) { formulas[row->cell].backward(row); }
