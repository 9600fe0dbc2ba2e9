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

typedef struct fault_row { /* a and b are the hooks' parameters; a hook that is NULL does nothing */
	fault info;
	unsigned needs;
	int a, b;
	kernel_fault kernel; /* not HONEST: base is fault_kernel(), broken so */
	void (*weights)(const fault_plan *);
	void (*forward)(fault_plan *, gm_forward_args *); /* alters arguments, of backward's forward too */
	gm_status (*forward_call)(fault_plan *, const gm_forward_args *);
	void (*output)(const fault_plan *, const gm_forward_args *);
	void (*upstream)(fault_plan *, gm_backward_args *, gm_forward_args *); /* alters arguments of backward */
	gm_status (*backward_call)(fault_plan *, const gm_backward_args *);
	void (*grads)(const fault_plan *, const gm_backward_args *);
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

/* ---- hooks, by the file they live in; what each does stands in faults.def ---- */

void weights_swap_gates(const fault_plan *p); /* a, b */
void weights_onnx_order(const fault_plan *p);
void weights_hh_transposed(const fault_plan *p);
void weights_hh_zero(const fault_plan *p);
void weights_bias_zero(const fault_plan *p); /* a: 0 bias_ih, 1 bias_hh */
void weights_b_hn_outside(const fault_plan *p);
void weights_z_exchanged(const fault_plan *p);
void weights_layer_repeated(const fault_plan *p);
void weights_direction_repeated(const fault_plan *p);
void weights_last_column_zero(const fault_plan *p);
void weights_last_k_zero(const fault_plan *p);
void weights_hr_last_row_zero(const fault_plan *p);
void weights_bf16(const fault_plan *p);
void weights_one_off(const fault_plan *p);

void forward_drop_state(fault_plan *p, gm_forward_args *args); /* a: 0 h_0, 1 c_0 */
void forward_full_lengths(fault_plan *p, gm_forward_args *args);
void forward_unit_masks(fault_plan *p, gm_forward_args *args);
void forward_previous_row(fault_plan *p, gm_forward_args *args);
void forward_first_step_repeated(fault_plan *p, gm_forward_args *args);
void forward_state_kept(fault_plan *p, gm_forward_args *args);
gm_status call_twice(fault_plan *p, const gm_forward_args *args);
void output_last_zero(const fault_plan *p, const gm_forward_args *args); /* a: 0 step, 1 row, 2 unit */
void output_tail_stale(const fault_plan *p, const gm_forward_args *args);
void output_directions_swapped(const fault_plan *p, const gm_forward_args *args);
void output_reverse_zero(const fault_plan *p, const gm_forward_args *args);
void output_reverse_unaligned(const fault_plan *p, const gm_forward_args *args);
void output_one_doubled(const fault_plan *p, const gm_forward_args *args);
void output_h_n_at_last_step(const fault_plan *p, const gm_forward_args *args);
void output_c_n_is_h_n(const fault_plan *p, const gm_forward_args *args);
void output_h_n_first_layer(const fault_plan *p, const gm_forward_args *args);

void upstream_drop(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd); /* a: 0 output, 1 h_n, 2 c_n */
void upstream_unit_masks(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd);
void upstream_late(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd);
void upstream_accumulate(fault_plan *p, gm_backward_args *args, gm_forward_args *fwd);
gm_status call_skip_t0(fault_plan *p, const gm_backward_args *args);
gm_status call_windows(fault_plan *p, const gm_backward_args *args); /* a: flags of the second window */
void grads_bias_twice(const fault_plan *p, const gm_backward_args *args);
void grads_last_row_zero(const fault_plan *p, const gm_backward_args *args);
void grads_one_doubled(const fault_plan *p, const gm_backward_args *args); /* a: 0 grad_weight_ih, 1 grad_input */
void grads_swap_gates(const fault_plan *p, const gm_backward_args *args);  /* a, b */
void grads_dh_0_swapped(const fault_plan *p, const gm_backward_args *args);
void grads_input_zero(const fault_plan *p,
                      const gm_backward_args *args);                    /* a: 0 last step, 1 last row, 2 last column */
void grads_h_0_zero(const fault_plan *p, const gm_backward_args *args); /* a: 0 grad_h_0, 1 grad_c_0 */

#endif
