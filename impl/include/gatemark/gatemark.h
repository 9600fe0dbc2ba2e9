/* SPDX-License-Identifier: MIT */
/* gatemark.h - recurrent networks (torch.nn.RNN, LSTM, GRU): create a model, load its weights, run it.
 *
 *     #include <gatemark/gatemark.h>
 *     #include <stdio.h>
 *
 *     static float w_ih[4 * 128 * 64], w_hh[4 * 128 * 128], b_ih[4 * 128], b_hh[4 * 128], x[64 * 64], y[64 * 128];
 *
 *     int main(void)
 *     {
 *         const gm_layer_weights layer = {w_ih, w_hh, b_ih, b_hh, NULL};
 *         gm_model *model = NULL;
 *         gm_error error;
 *
 *         if (gm_model_create("lstm_T64_N1_I64_H128", NULL, &model, &error) ||
 *             gm_model_load(model, &layer, 1, &error) || gm_model_forward(model, 64, 1, x, y, &error))
 *             return fprintf(stderr, "%s\n", error.message), 1;
 *         printf("%s: h = %g\n", gm_model_variant(model), y[63 * 128]);
 *         gm_model_destroy(model);
 *     }
 *
 * Conventions, once for everything below
 *   Names      PyTorch's.  Dimensions: T time, N batch, I input, H hidden, P projection, L layers,
 *              D directions, G gates (RNN 1; LSTM 4: i f g o; GRU 3: r z n, reset after the product).
 *              R = P if there is a projection, else H: the width of h.
 *   Tensors    float32, row-major, sizes and strides in elements, last axis contiguous.
 *   Aliasing   h_n may be h_0, c_n may be c_0; otherwise an output overlaps nothing.
 *   Rounding   canonical variants: reference/CANONICAL.md, to the bit; free ones: within the budget.
 *   Threads    one call at a time per model; models are independent.
 *   Fork       a model made before fork() must not be used by the child.
 *   FP mode    round to nearest, denormals as asked; set on entry, restored on return.
 *   Structs    struct_size = sizeof the struct.  A shorter one (a program built with an older header) counts as
 *              one whose other members are 0, a longer one as long as what lies beyond is 0.  0 is a default
 *              that each member states; reserved is 0.
 *   Errors     a gm_status, 0 = GM_OK; outputs are untouched unless it is GM_OK; nothing prints or exits.  What
 *              a function may return stands with it; error may be NULL, else it says which argument, with numbers.
 *   Source     torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU (PyTorch 2.13), their equations. */
#ifndef GATEMARK_GATEMARK_H
#define GATEMARK_GATEMARK_H

#include <stddef.h>
#include <stdint.h>

/* Around the declarations of these headers: C linkage, and visible where all else is hidden. */
#ifdef __cplusplus
#define GM_C_BEGIN extern "C" {
#define GM_C_END   }
#else
#define GM_C_BEGIN
#define GM_C_END
#endif
#if defined(__GNUC__) && !defined(_WIN32)
#define GM_DECLARATIONS     GM_C_BEGIN _Pragma("GCC visibility push(default)")
#define GM_DECLARATIONS_END _Pragma("GCC visibility pop") GM_C_END
#else
#define GM_DECLARATIONS     GM_C_BEGIN
#define GM_DECLARATIONS_END GM_C_END
#endif

GM_DECLARATIONS

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
const char *gm_version(void); /* of the library: "0.2.0" or "0.2.0-dev" */

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
	uint32_t unbatched;     /* of tensors in files alone: no N axis, N is 1 */
	uint32_t lengths;       /* 1: each call gives gm_forward_args.lengths */
	uint32_t reserved;      /* 0 */
	double dropout;         /* 0..1; > 0: each call that trains gives masks for layers 0 .. L-2 */
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

/* ---- calls in full: strides, states, tape, windows; the short forms below fill these in ---- */

enum { GM_MODE_INFER = 0, GM_MODE_TRAIN = 1, GM_MODE_RECOMPUTE = 2 }; /* train keeps gates, recompute h and c only */
enum { GM_DENORMALS_KEEP = 0, GM_DENORMALS_FLUSH = 1 };
enum { GM_OVERWRITE = 0, GM_ACCUMULATE = 1 };

/* Both strides of a tensor 0: dense, (T, N, ...), or (N, T, ...) with batch_first.  One of them may be 0 only where
 * its axis has one element. */
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
	void *tape;       /* of a plan: NULL = inference; of a model: NULL = its own, if it trains */
	void *scratch;    /* of a model: NULL = its own */
} gm_forward_args;

/* Gradients of steps t_begin <= t < t_end.  grad_h_n, grad_c_n enter behind the last of these steps and
 * grad_h_0, grad_c_0 leave before the first, so windows taken backwards with GM_ACCUMULATE equal the whole (one
 * direction; a window of a bidirectional problem is GM_UNSUPPORTED).  fwd: the forward call that wrote
 * fwd->tape; its input, h_0, c_0, masks and lengths must still hold what they held then. */
typedef struct gm_backward_args {
	uint32_t struct_size;
	uint32_t flags;                   /* weight gradients: GM_OVERWRITE or GM_ACCUMULATE */
	const gm_forward_args *fwd;       /* of a model: NULL = its last call forward */
	size_t t_begin, t_end;            /* whole: 0, T, or both 0 */
	const float *grad_output;         /* strides of output; NULL = zeros */
	const float *grad_h_n, *grad_c_n; /* shapes of h_0, c_0; NULL = zeros */
	float *grad_input;                /* strides of input; padded steps get +0; NULL = not wanted, as below */
	float *grad_h_0, *grad_c_0;
	const gm_grads *grad_weights;
} gm_backward_args;

/* ---- the model: a problem with its weights, memory and state, run by one variant ---- */

typedef struct gm_model gm_model;

typedef struct gm_model_opts {
	uint32_t struct_size;
	uint32_t mode;       /* GM_MODE_INFER; GM_MODE_TRAIN: forward keeps a tape, and backward may follow */
	size_t T_max, N_max; /* of any call; 0: those of the text */
	uint32_t threads;    /* 0: 1 */
	uint32_t denormals;  /* GM_DENORMALS_* */
	const char *variant; /* a name that `gatemark list` prints; NULL: the widest that this CPU has for the problem */
	void *memory;        /* the caller's until gm_model_destroy, aligned to GM_MODEL_ALIGNMENT; NULL: the model's own */
	size_t memory_bytes; /* of memory, at least gm_model_bytes */
} gm_model_opts;

#define GM_MODEL_ALIGNMENT 64

/* A model of a problem as gm_spec_parse reads it ("gru_L2_T100_N8_I64_H128"), or of a struct (T_max and N_max in
 * opts).  opts NULL: all 0.  A pass that goes back, as in ".../train", means GM_MODE_TRAIN.  *model is the caller's to
 * destroy; nothing given is kept but opts->memory.  In infer mode dropout does nothing, as in PyTorch.
 * GM_BAD_ARGUMENT, GM_BAD_SHAPE: text, problem or opts; GM_UNSUPPORTED, GM_NO_CPU: by that variant, or by all;
 * GM_NO_MEMORY: none to have, or memory_bytes too few. */
GM_CHECKED gm_status gm_model_create(const char *text, const gm_model_opts *opts, gm_model **model, gm_error *error);
GM_CHECKED gm_status gm_model_create_from(const gm_problem *problem, const gm_model_opts *opts, gm_model **model,
                                          gm_error *error);
/* What opts->memory has to hold; returns as gm_model_create_from does. */
GM_CHECKED gm_status gm_model_bytes(const gm_problem *problem, const gm_model_opts *opts, size_t *bytes,
                                    gm_error *error);
void gm_model_destroy(gm_model *model); /* NULL allowed */

/* Copies L*D layers; may be called again (then a call forward comes before the next backward).  GM_BAD_ARGUMENT: count,
 * or a matrix missing or one too many. */
GM_CHECKED gm_status gm_model_load(gm_model *model, const gm_layer_weights *layer, size_t count, gm_error *error);

/* Dense input (T, N, I) -> output (T, N, D*R), or (N, T, ..) with batch_first.  forward starts from zeros, step goes on
 * where the last of the two ended; both leave h and c in the model.
 * GM_BAD_ARGUMENT: no weights yet, a NULL, a problem with lengths or masks (gm_model_run takes them), step in two
 * directions; GM_BAD_SHAPE: T or N is 0 or above the model's, or step with another N than the state's. */
GM_CHECKED gm_status gm_model_forward(gm_model *model, size_t T, size_t N, const float *input, float *output,
                                      gm_error *error);
GM_CHECKED gm_status gm_model_step(gm_model *model, size_t T, size_t N, const float *input, float *output,
                                   gm_error *error);
/* The state for a batch of N, to read or write until the next call: *h (L, N, R); *c (L, N, H), NULL if the cell has
 * none.  It stays the model's.  GM_BAD_ARGUMENT: two directions, which no step joins; GM_BAD_SHAPE: N, as for step. */
GM_CHECKED gm_status gm_model_state(gm_model *model, size_t N, float **h, float **c, gm_error *error);
void gm_model_reset(gm_model *model); /* state: zeros, of any N */

/* Gradients of the last forward, step or run, whose tensors must still hold what they held: grad_output as output
 * (NULL = zeros), grad_input as input and grads, L*D of them (NULL = not wanted; GM_OVERWRITE).  Of a run the arrays
 * lengths and dropout_mask must be there still.
 * GM_BAD_ARGUMENT: nothing to go back on, the model does not train, or count; GM_UNSUPPORTED: forward only. */
GM_CHECKED gm_status gm_model_backward(gm_model *model, const float *grad_output, float *grad_input,
                                       const gm_layer_grads *grads, size_t count, gm_error *error);

/* The calls in full, on the caller's states; that of the model is neither read nor written.  A tape of one's own holds
 * gm_model_tape_bytes at GM_MODEL_ALIGNMENT, and args->fwd of run_backward then is the call that wrote it; without a
 * tape of its own it is the model's last call.  As above, and GM_BAD_ARGUMENT: a stride, alignment, missing tensor, or
 * one that the problem has not; GM_BAD_SHAPE: a length or a window. */
GM_CHECKED gm_status gm_model_run(gm_model *model, const gm_forward_args *args, gm_error *error);
GM_CHECKED gm_status gm_model_run_backward(gm_model *model, const gm_backward_args *args, gm_error *error);

size_t gm_model_tape_bytes(const gm_model *model);         /* 0 in infer mode */
const char *gm_model_variant(const gm_model *model);       /* who runs it; as long as the library */
const gm_problem *gm_model_problem(const gm_model *model); /* the model's */

GM_DECLARATIONS_END
#endif
