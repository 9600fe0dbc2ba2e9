/* SPDX-License-Identifier: MIT */
/* plan.h - the engine's own data: sizes of a problem in vectors, packed weights, and how memory is laid out.
 *
 * One layout function serves both questions, how much and where: it takes from a gm_block whose base may be NULL.
 * Order of files: dims.c (sizes, layout), pack.c (weights), rows.c (lengths), forward.c, backward.c, gradients.c
 * (products after the sequential pass), check.c (what is handed in), runnable.c (on which machine), engine.c (the
 * functions of gm_variant). */
#ifndef GM_PLAN_H
#define GM_PLAN_H

#include "base/cells.h"
#include "core/block.h"
#include "core/core.h"
#include "kernels/kernels.h"

enum { GRADIENT_ROWS = 256 };

typedef struct gm_dims {
	const struct cell *cell;
	size_t G, D, L, I, H, P, R;
	size_t Hp, Rp;    /* H and R in whole vectors */
	size_t ld_pre;    /* stride of a row of pre-activations: G*Hp and a bit against aliasing of cache sets */
	size_t ld_dgates; /* stride of a row of gates' gradients: cell_blocks * H and a bit */
	size_t x_max;     /* widest input of any layer */
} gm_dims;

typedef struct layer_pack { /* one layer and direction; kernels.h says each layout */
	float *bias, *bias_hn;  /* _hn: of the recurrent part of a gate that stays apart, else NULL */
	float *weight_ih, *weight_hh, *weight_hr;
	float *weight_ih_t[CELL_RUNS], *weight_hh_t, *weight_hr_t; /* train mode; ih: a run of gates each, or NULL */
} layer_pack;

struct gm_plan {
	const gm_kernels *kernels;
	const char *name;
	int has_weights; /* set_weights was called */
	gm_problem problem;
	gm_plan_opts opts;
	gm_dims dims;
	float *zeros;     /* as long as any packed bias or row */
	layer_pack *pack; /* L*D */
};

typedef struct gm_view { /* rows of a tensor by (t, n), caller's order of n */
	float *data;
	ptrdiff_t t, n;
} gm_view;

static inline float *view_at(const gm_view *view, size_t t, size_t n)
{
	return view->data + (ptrdiff_t)t * view->t + (ptrdiff_t)n * view->n;
}

/* Batch rows of a call, longest first: where one stands then is its position; those alive at a step are a prefix. */
typedef struct gm_rows {
	size_t T, N;
	const int64_t *lengths; /* NULL: all T, and positions are batch rows */
	size_t *row_of;         /* caller's row of a position */
	size_t *position_of;
	size_t *active_at; /* (T+1) with lengths: positions alive at t */
} gm_rows;

/* What forward leaves for backward, of one layer and direction.  y and c have T+1 entries: h_t stands at t+1 (forward
 * direction, h_0 at 0) or at t (reverse, h_0 at the row's length). */
typedef struct layer_tape {
	float *y;      /* (T+1, N, Rp) */
	float *c;      /* (T+1, N, Hp), NULL where the cell has none */
	float *planes; /* (T, N, planes*Hp), NULL where the cell leaves none */
	float *m;      /* (T, N, Hp) with projection: o*tanh(c) */
} layer_tape;

typedef struct gm_scratch {
	gm_rows rows;
	float *pre;       /* (chunk, N, ld_pre) */
	float *x[2];      /* (T, N, D*R) inputs of upper layers when there is no tape */
	layer_tape layer; /* the running one when there is no tape; c and m of one step */
	/* backward */
	float *dgates;                                  /* (T, N, ld_dgates) */
	float *d, *r, *ds;                              /* (N, Rp), (N, Rp), (T, N, Rp) with projection */
	float *dm, *dc, *carry_d, *carry_z;             /* (N, Hp) */
	float *dx[2], *dx_add;                          /* (T, N, D*R), (T, N, x_max) for the second direction */
	const float **row_a, **row_x, **row_h, **row_m; /* (GRADIENT_ROWS) */
	float *pack_a, *pack_b;
} gm_scratch;

gm_status dims_init(gm_dims *dims, const gm_problem *problem, const gm_kernels *kernels);
size_t chunk_steps(const gm_dims *dims, size_t N); /* time steps whose pre-activations stay in a near cache */
void layout_plan(gm_plan *plan, gm_block *block);
void layout_tape(const gm_plan *plan, size_t T, size_t N, layer_tape *tape, gm_block *block);
float *layout_tape_input(const gm_plan *plan, size_t T, size_t N, gm_block *block); /* of one upper layer */
void layout_scratch(const gm_plan *plan, size_t T, size_t N, int backward, gm_scratch *scratch, gm_block *block);

void pack_weights(gm_plan *plan, const gm_weights *weights);

void rows_init(gm_rows *rows, const gm_forward_args *args);
static inline size_t rows_active(const gm_rows *rows, size_t t) { return rows->lengths ? rows->active_at[t] : rows->N; }
static inline size_t row_length(const gm_rows *rows, size_t n)
{
	return rows->lengths ? (size_t)rows->lengths[n] : rows->T;
}

/* Rows of a product between a strided tensor and a (t, position) matrix that one call can cover. */
typedef struct gm_run {
	size_t rows, t, n, position; /* first row */
	int over_time;               /* 1: rows are steps of one batch row; 0: batch rows, then steps */
} gm_run;
/* The next run of steps t_begin .. t_end; *next starts at 0; 0 = no more. */
int rows_next_run(const gm_rows *rows, const gm_view *view, size_t t_begin, size_t t_end, size_t *next, gm_run *run);

/* Arrays of one layer and direction as forward wrote them and backward reads them. */
void tape_open(const gm_plan *plan, const gm_forward_args *args, size_t layer, size_t direction, layer_tape *tape,
               gm_view *input);

void engine_forward(gm_plan *plan, const gm_forward_args *args);
void engine_backward(gm_plan *plan, const gm_backward_args *args);

/* Everything of one layer and direction that needs no sequence: dW, db, dx from the gates' gradients. */
typedef struct layer_gradients {
	gm_plan *plan;
	const gm_backward_args *args;
	gm_scratch *scratch;
	const layer_tape *tape;
	gm_view input; /* x of this layer */
	size_t index;  /* layer*D + direction */
	size_t x_size;
	int reverse;
} layer_gradients;
void gradients_of_weights(const layer_gradients *g);
void gradient_of_input(const layer_gradients *g, const gm_view *dx);

#endif
