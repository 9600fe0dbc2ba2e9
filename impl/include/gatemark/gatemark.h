/* SPDX-License-Identifier: MIT */
/* gatemark.h - recurrent networks: errors, the problem, weights and their gradients (to run them: variant.h).
 *
 * Conventions, once for everything below
 *   Names      PyTorch's.  Dimensions: T time, N batch, I input, H hidden, P projection, L layers,
 *              D directions, G gates (RNN 1; LSTM 4: i f g o; GRU 3: r z n, reset after the product).
 *              R = P if there is a projection, else H: the width of h.
 *   Tensors    float32, row-major, sizes and strides in elements, last axis contiguous.
 *   Structs    struct_size = sizeof the struct.  A shorter one (a program built with an older header) counts as
 *              one whose other members are 0, a longer one as long as what lies beyond is 0.  0 is a default
 *              that each member states; reserved is 0.
 *   Errors     a gm_status; outputs are untouched unless it is GM_OK; nothing prints or exits.
 *   Source     torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU (PyTorch 2.13), their equations. */
#ifndef GATEMARK_GATEMARK_H
#define GATEMARK_GATEMARK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__) && !defined(_WIN32)
#pragma GCC visibility push(default) /* what the library exports */
#endif

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
	uint32_t batch_first;   /* 0 or 1: dense input, output and masks are (N, T, ...) */
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

typedef struct gm_layer_weights { /* never grows */
	const float *weight_ih;       /* (G*H, I or D*R) */
	const float *weight_hh;       /* (G*H, R) */
	const float *bias_ih;         /* (G*H), NULL without bias */
	const float *bias_hh;         /* (G*H), NULL without bias */
	const float *weight_hr;       /* (P, H), NULL without projection */
} gm_layer_weights;

typedef struct gm_weights {
	uint32_t struct_size;
	uint32_t reserved;
	size_t count; /* L*D */
	const gm_layer_weights *layer;
} gm_weights;

typedef struct gm_layer_grads { /* shapes as above; NULL = not wanted; never grows */
	float *grad_weight_ih, *grad_weight_hh, *grad_bias_ih, *grad_bias_hh, *grad_weight_hr;
} gm_layer_grads;

typedef struct gm_grads {
	uint32_t struct_size;
	uint32_t reserved;
	size_t count; /* L*D */
	const gm_layer_grads *layer;
} gm_grads;

#if defined(__GNUC__) && !defined(_WIN32)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
