/* SPDX-License-Identifier: MIT */
/* binding.c - from a table of tensors and an array of pointers to the arguments of every call. */
#include "core/core.h"

#include <stdlib.h>

/* One block: the binding, then its per-layer arrays. */
typedef struct bound {
	gm_binding binding;
	const float **mask;
	gm_layer_weights *weights;
	gm_layer_grads *grads;
} bound;

typedef struct source { /* what lookups need */
	const gm_tensors *tensors;
	void *const *data;
} source;

static void *find(const source *s, gm_kind kind, size_t layer, size_t direction)
{
	size_t row = gm_tensors_index(s->tensors, kind, layer, direction);

	return row == GM_NO_TENSOR ? NULL : s->data[row];
}

static void bind_layers(bound *b, const source *s, size_t L, size_t D)
{
	for (size_t l = 0; l < L; l++)
		for (size_t d = 0; d < D; d++) {
			b->weights[l * D + d] = (gm_layer_weights){.weight_ih = find(s, GM_WEIGHT_IH, l, d),
			                                           .weight_hh = find(s, GM_WEIGHT_HH, l, d),
			                                           .bias_ih = find(s, GM_BIAS_IH, l, d),
			                                           .bias_hh = find(s, GM_BIAS_HH, l, d),
			                                           .weight_hr = find(s, GM_WEIGHT_HR, l, d)};
			b->grads[l * D + d] = (gm_layer_grads){.grad_weight_ih = find(s, GM_GRAD_WEIGHT_IH, l, d),
			                                       .grad_weight_hh = find(s, GM_GRAD_WEIGHT_HH, l, d),
			                                       .grad_bias_ih = find(s, GM_GRAD_BIAS_IH, l, d),
			                                       .grad_bias_hh = find(s, GM_GRAD_BIAS_HH, l, d),
			                                       .grad_weight_hr = find(s, GM_GRAD_WEIGHT_HR, l, d)};
		}
	b->binding.weights = (gm_weights){.struct_size = sizeof(gm_weights), .count = L * D, .layer = b->weights};
	b->binding.grads = (gm_grads){.struct_size = sizeof(gm_grads), .count = L * D, .layer = b->grads};
}

static void bind_forward(bound *b, const source *s, const gm_spec *spec)
{
	const gm_problem *p = &spec->problem;
	ptrdiff_t width_in = (ptrdiff_t)p->input_size;
	ptrdiff_t width_out = (ptrdiff_t)(gm_directions(p) * gm_state_size(p));
	ptrdiff_t step_t = p->batch_first ? 1 : (ptrdiff_t)spec->N; /* rows from (t, n) to (t+1, n) */
	ptrdiff_t step_n = p->batch_first ? (ptrdiff_t)spec->T : 1;

	for (size_t l = 0; l + 1 < p->num_layers; l++)
		b->mask[l] = find(s, GM_DROPOUT_MASK, l, 0);
	b->binding.fwd = (gm_forward_args){.struct_size = sizeof(gm_forward_args),
	                                   .T = spec->T,
	                                   .N = spec->N,
	                                   .lengths = find(s, GM_LENGTHS, 0, 0),
	                                   .input = find(s, GM_INPUT, 0, 0),
	                                   .in_t = step_t * width_in,
	                                   .in_n = step_n * width_in,
	                                   .h_0 = find(s, GM_H_0, 0, 0),
	                                   .c_0 = find(s, GM_C_0, 0, 0),
	                                   .dropout_mask = p->dropout > 0 ? b->mask : NULL,
	                                   .mask_t = step_t * width_out,
	                                   .mask_n = step_n * width_out,
	                                   .output = find(s, GM_OUTPUT, 0, 0),
	                                   .out_t = step_t * width_out,
	                                   .out_n = step_n * width_out,
	                                   .h_n = find(s, GM_H_N, 0, 0),
	                                   .c_n = find(s, GM_C_N, 0, 0)};
}

static void bind_backward(bound *b, const source *s, const gm_spec *spec)
{
	b->binding.bwd = (gm_backward_args){.struct_size = sizeof(gm_backward_args),
	                                    .flags = GM_OVERWRITE,
	                                    .fwd = &b->binding.fwd,
	                                    .t_begin = 0,
	                                    .t_end = spec->T,
	                                    .grad_output = find(s, GM_GRAD_OUTPUT, 0, 0),
	                                    .grad_h_n = find(s, GM_GRAD_H_N, 0, 0),
	                                    .grad_c_n = find(s, GM_GRAD_C_N, 0, 0),
	                                    .grad_input = find(s, GM_GRAD_INPUT, 0, 0),
	                                    .grad_h_0 = find(s, GM_GRAD_H_0, 0, 0),
	                                    .grad_c_0 = find(s, GM_GRAD_C_0, 0, 0),
	                                    .grad_weights = &b->binding.grads};
}

gm_status gm_binding_create(const gm_spec *spec, const gm_tensors *tensors, void *const *data, gm_binding **binding,
                            gm_error *error)
{
	size_t L = spec->problem.num_layers, D = gm_directions(&spec->problem);
	bound *b = calloc(1, sizeof *b + L * sizeof *b->mask + L * D * (sizeof *b->weights + sizeof *b->grads));
	source s = {tensors, data};

	if (!b)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a binding of %zu layers", L);
	b->weights = (gm_layer_weights *)(b + 1);
	b->grads = (gm_layer_grads *)(b->weights + L * D);
	b->mask = (const float **)(b->grads + L * D);
	bind_layers(b, &s, L, D);
	bind_forward(b, &s, spec);
	bind_backward(b, &s, spec);
	*binding = &b->binding;
	return GM_OK;
}

void gm_binding_destroy(gm_binding *binding) { free(binding); }
