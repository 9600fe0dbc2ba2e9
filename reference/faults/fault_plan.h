/* SPDX-License-Identifier: MIT */
/* fault_plan.h - how a row of faults.def becomes a variant: hooks before and after the calls of another variant.
 * faults.c owns plans and calls, fault_hooks.c the hooks and the table of their rows. */
#ifndef REFERENCE_FAULT_PLAN_H
#define REFERENCE_FAULT_PLAN_H

#include "base/cells.h"
#include "fault_kernel.h"
#include "faults.h"

enum { /* cells of a row */
	   TANH = 1u << GM_RNN_TANH,
	   RELU = 1u << GM_RNN_RELU,
	   SIGMOID = 1u << GM_RNN_SIGMOID,
	   LSTM = 1u << GM_LSTM,
	   GRU = 1u << GM_GRU,
	   ALL = CELLS_ALL,
	   GATED = CELLS_GATED,
	   RNN = ALL - GATED,
	   CURVED = ALL - CELLS_KINKED,
	   WITH_TANH = GATED | TANH,
	   WITH_SIGMOID = GATED | SIGMOID
};

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

/* What each does stands in faults.def; what a and b of its row mean to it, where it is defined. */
typedef void fault_hook(fault_plan *p);

typedef struct fault_row { /* a hook that is NULL does nothing */
	fault info;
	unsigned needs;
	size_t a, b;
	kernel_fault kernel;                                /* not HONEST: base is fault_kernel(), broken so */
	fault_hook *weights;                                /* alters p->layer, once for each of them in turn */
	fault_hook *forward;                                /* alters p->fwd, before backward too */
	fault_hook *output;                                 /* alters the results of forward */
	fault_hook *upstream;                               /* alters p->bwd and p->fwd before backward */
	fault_hook *grads;                                  /* alters the results of backward */
	enum { ONCE, FORWARD_TWICE, BACKWARD_TWICE } calls; /* of base; p->last tells the second */
} fault_row;

extern const fault_row fault_table[]; /* fault_count() rows */

struct fault_plan {
	const fault_row *row;
	const gm_variant *base;
	gm_plan *inner;
	gm_problem problem;
	size_t G, H, R, D, count; /* count = L*D */
	size_t own;               /* bytes before base's plan: this, then the three below */
	gm_layer_weights *given;  /* count: as base takes them */
	float *weights;           /* count * fault_layer_floats(): copies, altered */
	float *state;             /* L*D*N_max*R: outlives a call */
	size_t extra;             /* offset of fault_scratch() behind base's scratch, bytes */

	/* of the call in hand */
	size_t index;
	fault_layer layer; /* number index */
	gm_forward_args fwd;
	gm_backward_args bwd;
	int last; /* 0 in the first of two calls */
};

fault_layer fault_plan_layer(const fault_plan *p, size_t index);
/* Own scratch of a call: N*(T*(I + D*R) + 2*L*D*H) floats or, for hooks of forward, N lengths or L pointers more. */
void *fault_scratch(const fault_plan *p);

#endif
