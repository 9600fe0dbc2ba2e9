/* SPDX-License-Identifier: MIT */
/* fault_wrap.h - how a row of faults.def becomes a variant: hooks before and after the calls of another variant.
 * fault_wrap.c owns plans and calls; fault_weights.c, fault_forward.c and fault_backward.c are the hooks. */
#ifndef REFERENCE_FAULT_WRAP_H
#define REFERENCE_FAULT_WRAP_H

#include "fault_kernel.h"
#include "faults.h"

enum { /* what a problem must have for a fault to mean anything */
	   NEEDS_BIAS = 1u << 0,
	   NEEDS_D2 = 1u << 1,
	   NEEDS_L2 = 1u << 2,
	   NEEDS_LENGTHS = 1u << 3,
	   NEEDS_DROPOUT = 1u << 4,
	   NEEDS_PROJ = 1u << 5,
	   NEEDS_NO_PROJ = 1u << 6,
	   NEEDS_SQUARE = 1u << 7, /* I == H */
	   NEEDS_T2 = 1u << 8,
	   NEEDS_N2 = 1u << 9,
	   NEEDS_TAIL = 1u << 10, /* R is no multiple of 8 */
	   NEEDS_D1 = 1u << 11    /* windows of time */
};

typedef struct fault_plan fault_plan;

typedef struct fault_layer { /* a layer's weights, copied, to be altered */
	float *weight_ih, *weight_hh, *bias_ih, *bias_hh, *weight_hr;
	size_t width; /* columns of weight_ih */
} fault_layer;

/* The hooks of a fault.  What each does stands in faults.def; what a and b of its row mean to it, where it is defined. */
typedef void fault_weights_hook(const fault_plan *p, const fault_layer *layer); /* for each of p->layer */
typedef void fault_forward_hook(fault_plan *p, gm_forward_args *args); /* alters arguments, of backward's forward too */
typedef gm_status fault_forward_call(fault_plan *p, const gm_forward_args *args);
typedef void fault_output_hook(const fault_plan *p, const gm_forward_args *args);
typedef void fault_upstream_hook(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd); /* alters arguments */
typedef gm_status fault_backward_call(fault_plan *p, const gm_backward_args *args);
typedef void fault_grads_hook(const fault_plan *p, const gm_backward_args *args);

typedef struct fault_row { /* a and b are the hooks' parameters; a hook that is NULL does nothing */
	fault info;
	unsigned needs;
	int a, b;
	kernel_fault kernel; /* not HONEST: base is fault_kernel(), broken so */
	fault_weights_hook *weights;
	fault_forward_hook *forward;
	fault_forward_call *forward_call;
	fault_output_hook *output;
	fault_upstream_hook *upstream;
	fault_backward_call *backward_call;
	fault_grads_hook *grads;
} fault_row;

struct fault_plan {
	const fault_row *row;
	const gm_variant *base;
	gm_plan *inner;
	gm_problem problem;
	size_t G, H, R, D, count; /* count = L*D */
	fault_layer *layer;       /* count */
	gm_layer_weights *given;  /* count: layer[] as base takes it */
	int64_t *lengths;         /* N_max */
	const float **masks;      /* L */
	float *state;             /* L*D*N_max*R: outlives a call */
	size_t extra;             /* offset of the wrapper's own scratch behind base's, bytes */
};

/* The three functions of a gm_variant that know no plan yet: row by index. */
gm_status fault_supports(size_t index, const gm_problem *problem, const gm_plan_opts *opts, gm_error *error);
gm_status fault_sizes(size_t index, const gm_problem *problem, const gm_plan_opts *opts, gm_sizes *sizes);
gm_status fault_create(size_t index, const gm_problem *problem, const gm_plan_opts *opts, void *mem, gm_plan **plan,
                       gm_error *error);
const fault_row *fault_row_at(size_t index);
const gm_variant *fault_base_at(size_t index);

/* The other functions, the same for all. */
gm_status fault_set_weights(gm_plan *plan, const gm_weights *weights, gm_error *error);
gm_status fault_forward(gm_plan *plan, const gm_forward_args *args);
gm_status fault_backward(gm_plan *plan, const gm_backward_args *args);
const char *fault_describe(const gm_plan *plan);
void fault_destroy(gm_plan *plan);

/* Own scratch of a call: N*(T*(I + D*R) + 2*L*D*H) floats. */
float *fault_scratch(const fault_plan *plan, const gm_forward_args *args);
static inline float *fault_output(const gm_forward_args *args, size_t t, size_t n)
{
	return args->output + (ptrdiff_t)t * args->out_t + (ptrdiff_t)n * args->out_n;
}

/* Exchanges a[count] and b[count]. */
static inline void fault_swap(float *a, float *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float kept = a[i];

		a[i] = b[i];
		b[i] = kept;
	}
}

/* Zeros the last of a (T, N, width) sequence: 0 step, 1 batch row, 2 column.  T and N of args; at NULL: nothing. */
void fault_zero_last(float *at, ptrdiff_t step_t, ptrdiff_t step_n, const gm_forward_args *args, size_t width,
                     int last);

/* fault_weights.c, fault_forward.c, fault_backward.c */
fault_weights_hook weights_swap_gates, weights_onnx_order, weights_hh_transposed, weights_hh_zero, weights_bias_zero,
	weights_b_hn_outside, weights_z_exchanged, weights_layer_repeated, weights_direction_repeated,
	weights_last_column_zero, weights_last_k_zero, weights_hr_last_row_zero, weights_bf16, weights_one_off;
fault_forward_hook forward_drop_state, forward_full_lengths, forward_unit_masks, forward_previous_row,
	forward_first_step_repeated, forward_state_kept;
fault_forward_call call_twice;
fault_output_hook output_last_zero, output_tail_stale, output_directions_swapped, output_reverse_zero,
	output_reverse_unaligned, output_one_doubled, output_h_n_at_last_step, output_c_n_is_h_n, output_h_n_first_layer;
fault_upstream_hook upstream_drop, upstream_unit_masks, upstream_late, upstream_accumulate;
fault_backward_call call_skip_t0, call_windows;
fault_grads_hook grads_bias_twice, grads_last_row_zero, grads_one_doubled, grads_swap_gates, grads_dh_0_swapped,
	grads_input_zero, grads_h_0_zero;

#endif
