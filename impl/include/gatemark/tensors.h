/* SPDX-License-Identifier: MIT */
/* tensors.h - the names of problems and of every tensor that belongs to one.
 *
 * One grammar for problems everywhere (command line, JSON, tests, fixtures), defaults left out:
 *   {cell}[_L2][_D2]_T64_N1_I128_H256[_P64][_nobias][_bf][_unb][_len][_drop]
 *   [/{fwd|bwd|train|train+pack|step|fwd+pack}]
 * One table of tensors: every reader, judge, worker and binding walks the rows of gm_tensors instead of
 * naming members one by one. */
#ifndef GATEMARK_TENSORS_H
#define GATEMARK_TENSORS_H

#include "gatemark/variant.h"

GM_DECLARATIONS

typedef enum gm_pass {
	GM_PASS_NONE = 0,
	GM_PASS_FWD = 1,        /* forward, inference */
	GM_PASS_BWD = 2,        /* backward on a tape */
	GM_PASS_TRAIN = 3,      /* forward with tape + backward with all gradients */
	GM_PASS_TRAIN_PACK = 4, /* set_weights + train */
	GM_PASS_STEP = 5,       /* forward of one step with carried state (T is 1) */
	GM_PASS_FWD_PACK = 6,   /* set_weights + forward */
	GM_PASSES = 7
} gm_pass;

typedef struct gm_spec { /* a problem at one size */
	gm_problem problem;
	size_t T, N;
	gm_pass pass; /* GM_PASS_NONE if the text named none */
} gm_spec;

#define GM_SPEC_TEXT 128 /* longest text of a spec, NUL included */

/* GM_BAD_ARGUMENT with the position and the token that was not understood. */
GM_CHECKED gm_status gm_spec_parse(const char *text, gm_spec *spec, gm_error *error);
/* Writes the canonical text (parse of it gives the same spec back); pass appended if there is one. */
void gm_spec_format(const gm_spec *spec, char text[GM_SPEC_TEXT]);
const char *gm_pass_name(gm_pass pass);             /* "fwd", ...; "" for NONE */
int gm_pass_backward(gm_pass pass);                 /* 1: it runs backward, so the plan is for training */
const char *gm_cell_name(uint32_t cell);            /* "lstm", ... */
const char *gm_class_name(uint32_t accuracy_class); /* "f32", "f32-abs", "bf16w", "int8w" */
/* Multiply-adds count as two; forward, or forward + backward (3 x) by the pass. */
double gm_spec_flops(const gm_spec *spec);

typedef enum gm_kind {
	GM_INPUT,
	GM_H_0,
	GM_C_0,
	GM_LENGTHS,
	GM_DROPOUT_MASK,
	GM_WEIGHT_IH,
	GM_WEIGHT_HH,
	GM_BIAS_IH,
	GM_BIAS_HH,
	GM_WEIGHT_HR,
	GM_GRAD_OUTPUT,
	GM_GRAD_H_N,
	GM_GRAD_C_N,
	GM_OUTPUT,
	GM_H_N,
	GM_C_N,
	GM_GRAD_INPUT,
	GM_GRAD_H_0,
	GM_GRAD_C_0,
	GM_GRAD_WEIGHT_IH,
	GM_GRAD_WEIGHT_HH,
	GM_GRAD_BIAS_IH,
	GM_GRAD_BIAS_HH,
	GM_GRAD_WEIGHT_HR,
	GM_KINDS
} gm_kind;

typedef enum gm_role {
	GM_ROLE_INPUT,    /* read by forward */
	GM_ROLE_WEIGHT,   /* read by set_weights */
	GM_ROLE_UPSTREAM, /* read by backward */
	GM_ROLE_OUTPUT,   /* written by forward */
	GM_ROLE_GRAD      /* written by backward */
} gm_role;

typedef enum gm_dtype { GM_DTYPE_F32 = 0, GM_DTYPE_F64 = 1, GM_DTYPE_I64 = 2 } gm_dtype;

typedef struct gm_tensor { /* one row */
	char name[40];         /* "weight_ih_l0_reverse", "grad_input" */
	gm_kind kind;
	gm_role role;
	gm_dtype dtype;          /* GM_DTYPE_F32; lengths: GM_DTYPE_I64 */
	size_t layer, direction; /* 0 where the kind has none */
	size_t rank, dim[3];     /* as in fixtures: (T,N,I), (N,T,I) with batch_first, (T,I) unbatched */
	size_t count;            /* elements */
} gm_tensor;

typedef struct gm_tensors { /* every tensor that a problem can have, in one fixed order */
	size_t count;
	gm_tensor *row;
} gm_tensors;

#define GM_NO_TENSOR ((size_t)-1)

GM_CHECKED gm_status gm_tensors_create(const gm_spec *spec, gm_tensors **tensors, gm_error *error);
void gm_tensors_destroy(gm_tensors *tensors); /* NULL allowed */
/* Row of a tensor, or GM_NO_TENSOR if this problem has none such. */
size_t gm_tensors_index(const gm_tensors *tensors, gm_kind kind, size_t layer, size_t direction);
size_t gm_tensors_find(const gm_tensors *tensors, const char *name);
/* "input[2,1,2]" of the element at a flat index, in row-major order. */
void gm_tensor_element(const gm_tensor *tensor, size_t index, char text[96]);
size_t gm_dtype_bytes(gm_dtype dtype);

/* The arguments of all calls on one set of tensors: data[row], NULL = absent (an input) or not wanted
 * (an output).  The binding owns its small arrays, not the data. */
typedef struct gm_binding {
	gm_weights weights;
	gm_forward_args fwd;  /* tape and scratch NULL: the caller's to set */
	gm_backward_args bwd; /* whole sequence, GM_OVERWRITE; its fwd points at this fwd */
	gm_grads grads;
} gm_binding;

GM_CHECKED gm_status gm_binding_create(const gm_spec *spec, const gm_tensors *tensors, void *const *data,
                                       gm_binding **binding, gm_error *error);
void gm_binding_destroy(gm_binding *binding); /* NULL allowed */

GM_DECLARATIONS_END
#endif
