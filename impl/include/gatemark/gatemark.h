/* SPDX-License-Identifier: MIT */
/* gatemark.h - recurrent-network kernels: describe a problem, plan it, run it forward and backward.
 *
 * Life of a call:  gm_variant_find -> supports -> sizes -> plan_create -> set_weights -> forward
 * [-> backward] ... -> plan_destroy.  A plan holds packed weights and threads, no sequence state.
 *
 * Conventions, once for everything below
 *   Names      PyTorch's.  Dimensions: T time, N batch, I input, H hidden, P projection, L layers,
 *              D directions, G gates (RNN 1; LSTM 4: i f g o; GRU 3: r z n, reset after the product).
 *              R = P if there is a projection, else H: the width of h.
 *   Tensors    float32, row-major, sizes and strides in elements, last axis contiguous.
 *   Memory     the caller's; nothing is allocated, locked or called in the system while running.
 *   Aliasing   h_n may be h_0, c_n may be c_0; otherwise an output overlaps nothing.
 *   Rounding   canonical variants: reference/CANONICAL.md, to the bit; free ones: within the budget.
 *   Threads    one call at a time per plan; plans are independent; tapes are independent.
 *   Fork       a plan made before fork() must not be used by the child.
 *   FP mode    round to nearest, denormals as the plan asks; set on entry, restored on return.
 *   Errors     a gm_status; outputs are untouched unless it is GM_OK; nothing prints or exits.
 *   Source     torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU (PyTorch 2.13), their equations. */
#ifndef GATEMARK_GATEMARK_H
#define GATEMARK_GATEMARK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GM_ABI_MAJOR 2
#define GM_ABI_MINOR 0

#if defined(__GNUC__)
#define GM_CHECKED __attribute__((warn_unused_result))
#else
#define GM_CHECKED
#endif

/* Values are pinned: they travel between processes and into files. */
typedef enum gm_status {
	GM_OK = 0,
	GM_BAD_ARGUMENT = 1, /* a pointer, flag, name or number that cannot be meant */
	GM_BAD_SHAPE = 2,    /* sizes that do not fit each other or overflow */
	GM_UNSUPPORTED = 3,  /* the variant says no to this problem */
	GM_NO_CPU = 4,       /* this machine lacks what the variant needs */
	GM_NO_MEMORY = 5,
	GM_IO = 6,
	GM_BAD_FIXTURE = 7,
	GM_BAD_PLUGIN = 8,
	GM_MISMATCH = 9, /* judged and found wrong */
	GM_CRASHED = 10, /* the child that ran the kernel died */
	GM_TIMEOUT = 11  /* the child that ran the kernel was too slow and was ended */
} gm_status;

/* Optional detail of a failure: what, where, the numbers.  NULL is always allowed. */
typedef struct gm_error {
	gm_status status;
	char message[508]; /* one sentence, NUL-terminated */
} gm_error;

const char *gm_status_name(gm_status status);

/* Fills *error (NULL allowed) and returns status: `return gm_fail(error, GM_BAD_SHAPE, "I is %zu", I);` */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
gm_status
gm_fail(gm_error *error, gm_status status, const char *format, ...);

/* Returns from the calling function with the status of a step that failed. */
#define GM_TRY(expression)                \
	do {                                  \
		gm_status gm_try_ = (expression); \
		if (gm_try_ != GM_OK)             \
			return gm_try_;               \
	} while (0)

/* ---- the problem: the parameters of torch.nn.{RNN,LSTM,GRU}; an RNN may have a sigmoid too ---- */

typedef enum gm_cell {
	GM_RNN_TANH = 0,
	GM_RNN_RELU = 1,
	GM_LSTM = 2,
	GM_GRU = 3,
	GM_RNN_SIGMOID = 4,
	GM_CELLS = 5
} gm_cell;

typedef struct gm_problem {
	uint32_t struct_size;
	uint32_t cell;          /* gm_cell */
	size_t input_size;      /* I >= 1 */
	size_t hidden_size;     /* H >= 1 */
	size_t proj_size;       /* P < H, LSTM only; 0 = no projection */
	size_t num_layers;      /* L >= 1 */
	uint32_t bidirectional; /* 0 or 1: D = 1 + bidirectional */
	uint32_t bias;          /* 0 or 1 */
	uint32_t batch_first;   /* layout of tensors in files; calls say it by strides */
	uint32_t unbatched;     /* tensors in files have no N axis; N is 1 */
	uint32_t lengths;       /* 1: each call gives gm_forward_args.lengths */
	uint32_t reserved;      /* 0 */
	double dropout;         /* 0..1; > 0: each call gives masks for layers 0 .. L-2 */
} gm_problem;

size_t gm_gates(uint32_t cell);                                 /* G; 0 for an unknown cell */
size_t gm_directions(const gm_problem *problem);                /* D */
size_t gm_state_size(const gm_problem *problem);                /* R */
size_t gm_layer_input(const gm_problem *problem, size_t layer); /* I, or D*R above layer 0 */

/* GM_OK, or GM_BAD_SHAPE / GM_BAD_ARGUMENT with the parameter and its value. */
GM_CHECKED gm_status gm_problem_check(const gm_problem *problem, gm_error *error);

/* ---- weights and their gradients, one entry a layer and direction: index = layer*D + direction ---- */

typedef struct gm_layer_weights {
	const float *weight_ih; /* (G*H, I or D*R) */
	const float *weight_hh; /* (G*H, R) */
	const float *bias_ih;   /* (G*H), NULL without bias */
	const float *bias_hh;   /* (G*H), NULL without bias */
	const float *weight_hr; /* (P, H), NULL without projection */
} gm_layer_weights;

typedef struct gm_weights {
	uint32_t struct_size;
	uint32_t reserved;
	size_t count; /* L*D */
	const gm_layer_weights *layer;
} gm_weights;

typedef struct gm_layer_grads { /* shapes as above; NULL = not wanted */
	float *grad_weight_ih, *grad_weight_hh, *grad_bias_ih, *grad_bias_hh, *grad_weight_hr;
} gm_layer_grads;

typedef struct gm_grads {
	uint32_t struct_size;
	uint32_t reserved;
	size_t count; /* L*D */
	const gm_layer_grads *layer;
} gm_grads;

typedef struct gm_weights_out { /* what a variant with rounded weights really multiplies */
	uint32_t struct_size;
	uint32_t reserved;
	size_t count;
	float *const *weight_ih, *const *weight_hh, *const *weight_hr; /* arrays of L*D */
} gm_weights_out;

/* ---- plans and calls ---- */

enum { GM_MODE_INFER = 0, GM_MODE_TRAIN = 1, GM_MODE_RECOMPUTE = 2 }; /* train keeps gates, recompute h and c only */
enum { GM_DENORMALS_KEEP = 0, GM_DENORMALS_FLUSH = 1 };
enum { GM_OVERWRITE = 0, GM_ACCUMULATE = 1 };

typedef struct gm_plan gm_plan;

typedef struct gm_plan_opts {
	uint32_t struct_size;
	uint32_t mode;      /* GM_MODE_* */
	size_t T_max;       /* longest call */
	size_t N_max;       /* largest batch */
	uint32_t threads;   /* >= 1 */
	uint32_t denormals; /* GM_DENORMALS_* */
	const int *cpus;    /* CPU of each thread, or NULL */
} gm_plan_opts;

typedef struct gm_sizes {
	uint32_t struct_size;
	uint32_t alignment;   /* of all three, bytes, a power of two */
	size_t plan_bytes;    /* memory of plan_create */
	size_t scratch_bytes; /* contents need not survive a call */
	size_t tape_bytes;    /* what forward leaves for backward; 0 in infer mode */
} gm_sizes;

typedef struct gm_forward_args {
	uint32_t struct_size;
	uint32_t reserved;
	size_t T, N;
	const int64_t *lengths; /* (N), 1..T, any order; NULL = all T.  Padded steps are never read */
	const float *input;     /* (t, n) at t*in_t + n*in_n, I elements */
	ptrdiff_t in_t, in_n;
	const float *h_0, *c_0;           /* (L*D, N, R), (L*D, N, H); NULL = zeros */
	const float *const *dropout_mask; /* L-1 arrays (T, N, D*R), scaled, strides mask_t, mask_n; NULL = none */
	ptrdiff_t mask_t, mask_n;
	float *output; /* (t, n) at t*out_t + n*out_n, D*R elements; beyond a length: +0 */
	ptrdiff_t out_t, out_n;
	float *h_n, *c_n; /* shapes of h_0, c_0; NULL = not wanted */
	void *tape;       /* NULL = inference */
	void *scratch;
} gm_forward_args;

/* Gradients of steps t_begin <= t < t_end.  grad_h_n, grad_c_n enter behind the last of these steps and
 * grad_h_0, grad_c_0 leave before the first, so windows taken backwards with GM_ACCUMULATE equal the whole (one
 * direction; a window of a bidirectional problem is GM_UNSUPPORTED).  fwd: the forward call that wrote
 * fwd->tape; its input, h_0, c_0, masks and lengths must still hold what they held then. */
typedef struct gm_backward_args {
	uint32_t struct_size;
	uint32_t flags; /* weight gradients: GM_OVERWRITE or GM_ACCUMULATE */
	const gm_forward_args *fwd;
	size_t t_begin, t_end;            /* whole: 0, T */
	const float *grad_output;         /* strides of output; NULL = zeros */
	const float *grad_h_n, *grad_c_n; /* shapes of h_0, c_0; NULL = zeros */
	float *grad_input;                /* strides of input; padded steps get +0; NULL = not wanted, as below */
	float *grad_h_0, *grad_c_0;
	const gm_grads *grad_weights;
} gm_backward_args;

/* ---- variants ---- */

enum { /* gm_variant.needs and gm_cpu_features */
	   GM_CPU_FMA = 1u << 0,
	   GM_CPU_AVX2 = 1u << 1,
	   GM_CPU_AVX512 = 1u << 2, /* F, BW, DQ, VL and the state saved by the system */
	   GM_CPU_NEON = 1u << 3,
	   GM_CPU_SVE256 = 1u << 4, /* SVE with vectors of exactly that many bits */
	   GM_CPU_SVE512 = 1u << 5
};

typedef enum gm_class {
	GM_CLASS_F32 = 0,
	GM_CLASS_F32_ABS = 1,
	GM_CLASS_BF16W = 2,
	GM_CLASS_INT8W = 3,
	GM_CLASSES = 4
} gm_class;
typedef enum gm_rounding { GM_FREE = 0, GM_CANONICAL = 1 } gm_rounding;

typedef struct gm_traits {
	uint32_t accuracy_class; /* gm_class: the budget it is judged by */
	uint32_t rounding;       /* gm_rounding */
	const char *isa;         /* "avx2" */
	const char *strategy;    /* "fused" */
	const char *activation;  /* "poly", "u10", ... */
	const char *weights;     /* "f32", ... */
} gm_traits;

typedef struct gm_call { /* what to time; the pass decides which members are used */
	uint32_t struct_size;
	uint32_t pass; /* gm_pass of tensors.h */
	const gm_weights *weights;
	const gm_forward_args *fwd;
	const gm_backward_args *bwd;
} gm_call;

typedef struct gm_timing {
	uint32_t struct_size;
	uint32_t reserved;
	double elapsed_ns; /* of all iterations */
} gm_timing;

typedef struct gm_variant gm_variant;
struct gm_variant {
	uint32_t struct_size;
	uint16_t abi_major, abi_minor;
	const char *name;
	uint64_t needs; /* GM_CPU_* */
	gm_traits traits;
	const void *own; /* its author's, found through self: functions may serve many rows; nobody else looks at it */
	/* GM_OK, or GM_UNSUPPORTED with the reason.  self: this struct, here and below. */
	gm_status (*supports)(const gm_variant *self, const gm_problem *, const gm_plan_opts *, gm_error *);
	gm_status (*sizes)(const gm_variant *self, const gm_problem *, const gm_plan_opts *, gm_sizes *);
	/* mem: sizes.plan_bytes at sizes.alignment, alive until plan_destroy. */
	gm_status (*plan_create)(const gm_variant *self, const gm_problem *, const gm_plan_opts *, void *mem, gm_plan **,
	                         gm_error *);
	/* Copies and packs; may be called again (after an optimiser step). */
	gm_status (*set_weights)(gm_plan *, const gm_weights *, gm_error *);
	gm_status (*forward)(gm_plan *, const gm_forward_args *);
	gm_status (*backward)(gm_plan *, const gm_backward_args *);
	gm_status (*effective_weights)(const gm_plan *, gm_weights_out *);               /* NULL: as given */
	gm_status (*time)(gm_plan *, const gm_call *, uint64_t iterations, gm_timing *); /* never called */
	const char *(*describe)(const gm_plan *);                                        /* the engine that really runs */
	void (*plan_destroy)(gm_plan *);
};

/* The table impl/variants/variants.def, in its order.  Every row is listed, runnable here or not. */
size_t gm_variant_count(void);
const gm_variant *gm_variant_at(size_t index); /* NULL past the end */
const gm_variant *gm_variant_find(
	const char *name); /* NULL if there is none; names of earlier releases mean the same */
const char *gm_variant_former_name(
	const char *name);          /* what that variant was called in one; NULL if it never changed */
uint64_t gm_cpu_features(void); /* GM_CPU_* that CPU and system offer */
/* GM_OK, or GM_NO_CPU naming what is missing (also: the row was not built for this architecture). */
GM_CHECKED gm_status gm_variant_runnable(const gm_variant *variant, gm_error *error);

#ifdef __cplusplus
}
#endif
#endif
