/* SPDX-License-Identifier: MIT */
/* variant.h - for experts and foreign kernels: plans and calls, the table of variants, the ABI of a plug-in.
 *
 * Life of a call:  gm_variant_find -> supports -> sizes -> plan_create -> set_weights -> forward
 * [-> backward] ... -> plan_destroy.  A plan holds packed weights and threads, no sequence state.
 * The calls themselves (gm_forward_args, gm_backward_args) and all conventions: gatemark.h.  Beside them
 *   Memory     the caller's; nothing is allocated, locked or called in the system while running.
 *   Threads    one call at a time per plan; plans are independent; tapes are independent. */
#ifndef GATEMARK_VARIANT_H
#define GATEMARK_VARIANT_H

#include "gatemark/gatemark.h"

#include <stdarg.h>
#include <stdio.h>

GM_DECLARATIONS

#define GM_ABI_MAJOR 2
#define GM_ABI_MINOR 0

/* Fills *error (NULL allowed) and returns status: `return gm_fail(error, GM_BAD_SHAPE, "I is %zu", I);`  In the header,
 * so that a plug-in links nothing for it. */
#if defined(__MINGW32__) && !defined(__clang__)
__attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static inline gm_status
gm_fail(gm_error *error, gm_status status, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return status;
	error->status = status;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	return status;
}

/* Returns from the calling function with the status of a step that failed. */
#define GM_TRY(expression)                \
	do {                                  \
		gm_status gm_try_ = (expression); \
		if (gm_try_ != GM_OK)             \
			return gm_try_;               \
	} while (0)

typedef struct gm_weights_out { /* what a variant with rounded weights really multiplies */
	uint32_t struct_size;
	uint32_t reserved;
	size_t count;
	float *const *weight_ih, *const *weight_hh, *const *weight_hr; /* arrays of L*D */
} gm_weights_out;

/* ---- plans and calls ---- */

typedef struct gm_plan gm_plan;

typedef struct gm_plan_opts {
	uint32_t struct_size;
	uint32_t mode;      /* GM_MODE_* */
	size_t T_max;       /* longest call */
	size_t N_max;       /* largest batch */
	uint32_t threads;   /* 0: 1 */
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
	/* What a function returns and whose is what.  self: this struct.  One that fails leaves its outputs and the plan as
	 * they were, with a sentence in the gm_error (NULL allowed).  GM_BAD_ARGUMENT beside what stands here: a struct
	 * that is missing or not as gatemark.h has structs. */

	/* GM_OK: it runs this problem.  GM_UNSUPPORTED: not this problem, mode, threads or denormals.  GM_BAD_ARGUMENT,
	 * GM_BAD_SHAPE: nobody could.  GM_NO_CPU: as gm_variant_runnable.  Nothing is kept. */
	gm_status (*supports)(const gm_variant *self, const gm_problem *, const gm_plan_opts *, gm_error *);
	/* What plan and calls need.  As supports, and GM_BAD_SHAPE: more bytes than can be counted. */
	gm_status (*sizes)(const gm_variant *self, const gm_problem *, const gm_plan_opts *, gm_sizes *, gm_error *);
	/* mem: plan_bytes at alignment, the plan's until plan_destroy; whatever else is given may be gone.  Of a failure
	 * nothing is left to destroy.  As sizes, and GM_BAD_ARGUMENT: mem is NULL or not aligned; GM_NO_MEMORY: threads. */
	gm_status (*plan_create)(const gm_variant *self, const gm_problem *, const gm_plan_opts *, void *mem, gm_plan **,
	                         gm_error *);
	/* Copies and packs; what is given may be gone then; may be called again (after an optimiser step).
	 * GM_BAD_ARGUMENT: count, or a matrix or bias that is missing or one too many. */
	gm_status (*set_weights)(gm_plan *, const gm_weights *, gm_error *);
	/* GM_BAD_ARGUMENT: no weights yet; tensor or memory missing or not aligned; a tape without train mode; lengths or
	 * masks missing, or of a problem without; one stride 0.  GM_BAD_SHAPE: T, N or a length.  Nothing given is kept:
	 * the tape is the caller's, to bring to backward. */
	gm_status (*forward)(gm_plan *, const gm_forward_args *, gm_error *);
	/* As forward, of fwd; GM_BAD_ARGUMENT: flags, count, no tape; GM_BAD_SHAPE: a window that is none;
	 * GM_UNSUPPORTED: a window of both directions.  The tape is as it was and may be used again. */
	gm_status (*backward)(gm_plan *, const gm_backward_args *, gm_error *);
	/* NULL: as given.  Else into the arrays of out, of the shapes of gm_layer_weights, what is multiplied. */
	gm_status (*effective_weights)(const gm_plan *, gm_weights_out *, gm_error *);
	gm_status (*time)(gm_plan *, const gm_call *, uint64_t iterations, gm_timing *); /* never called */
	const char *(*describe)(const gm_plan *); /* the engine that really runs; good as long as the plan */
	void (*plan_destroy)(gm_plan *);          /* ends its threads; mem is the caller's again */
};

/* The table impl/variants/variants.def, in its order.  Every row is listed, runnable here or not. */
size_t gm_variant_count(void);
const gm_variant *gm_variant_at(size_t index); /* NULL past the end */
const gm_variant *gm_variant_find(
	const char *name); /* NULL if there is none; names of earlier releases mean the same */
const char *gm_variant_former_name(
	const char *name); /* what that variant was called in one; NULL if it never changed */
/* Who runs a problem fastest, as far as a table can tell: the widest vectors that this CPU has; among rows as wide the
 * first.  *best is the library's; where nobody says yes, the status and sentence of the last that was asked. */
GM_CHECKED gm_status gm_variant_best(const gm_problem *problem, const gm_plan_opts *opts, const gm_variant **best,
                                     gm_error *error);
uint64_t gm_cpu_features(void); /* GM_CPU_* that CPU and system offer */
/* GM_OK, or GM_NO_CPU naming what is missing (also: the row was not built for this architecture). */
GM_CHECKED gm_status gm_variant_runnable(const gm_variant *variant, gm_error *error);

/* ---- plug-ins ---- */

/* How a foreign kernel or a peer library competes: a shared object that exports exactly gm_plugin_v1 and hands
 * out gm_variant structs, judged and timed like our own.
 *
 * The host loads it in a child process only, from a path given by the user, and refuses it
 * (GM_BAD_PLUGIN) if: the symbol is missing or returns NULL; abi_major differs; a struct_size is smaller
 * than what abi_minor 0 of this header had; a required function is NULL; a name is not
 * [A-Za-z0-9_.-]{1,40}, or is given twice; needs has bits that no GM_CPU_* has; there are more than 64 variants.
 * Growth: members are only appended, and abi_minor grows with them; gm_plugin and gm_variant may be as long as the
 * plug-in's header has them.  The host hands in structs as long as its own header has them: all that minor 0 had
 * may be read, whatever came later after a look at struct_size.
 * The host guarantees: problem and options are possible ones, with threads at least 1, and plans are made of those that
 * supports said yes to; memory is given as sizes asked for, aligned; set_weights comes first, with all matrices and no
 * more; T and N fit the plan, lengths fit T, masks and lengths are given if the problem has them; no stride is 0;
 * reserved is 0; windows are of one direction and t_end is never 0.  Whoever calls a variant of the library owes none
 * of this: it is checked.
 * Special values are judged too: an absent h_0 or c_0 counts as zeros that are multiplied like others, so a
 * NaN or infinite weight gives NaN (0 * NaN); no term is left out for a factor of 0.
 * The child has no privileges and, where the system can, may not reach beyond its own threads and memory: files
 * are opened for reading only (EPERM), there are no sockets; a plug-in that starts a process, signals another
 * or looks into one is ended and fails.  That holds while it is loaded too.  Threads may be started.
 * A call leaves alone, besides what the ABI of the architecture says (callee-saved registers, control words,
 * direction flag): the FP mode, signal mask and handlers, the protection of the memory it is given, working
 * folder, environment's variables, umask, locale, CPUs and priority of the calling thread.  It closes what it
 * opens.  Threads may outlive it asleep, as those of a pool do; those that run on (2 s) are a breach.  Nothing
 * is written to stdout; more than 16 MiB printed is a breach.  Upper halves of vector registers left in use (no
 * vzeroupper) are noted. */
typedef struct gm_plugin {
	uint32_t struct_size;
	uint16_t abi_major, abi_minor;
	const char *name;    /* of the library */
	const char *version; /* free text */
	const char *licence; /* SPDX expression */
	size_t variant_count;
	const gm_variant *const *variant; /* required: supports sizes plan_create set_weights forward plan_destroy;
	                                     backward may be NULL: forward only */
} gm_plugin;

/* The one exported symbol.  Called once, in the child; the result lives as long as the library. */
typedef const gm_plugin *gm_plugin_entry(void);
#define GM_PLUGIN_SYMBOL "gm_plugin_v1"

#if defined(__GNUC__)
#define GM_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define GM_PLUGIN_EXPORT
#endif

GM_DECLARATIONS_END
#endif
