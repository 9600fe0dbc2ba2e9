/* SPDX-License-Identifier: MIT */
/* contract_kernels.h - one problem of a kernel table, laid out as kernels.h asks for the table's lanes and blocks, run
 * between guard pages, and its result brought back to an order that no ISA has a say in.
 *
 * Values follow from (seed, operand, index) alone, so two tables get the same problem.  Buffers padded by contract hold
 * poison in the padding, users' buffers end with their last element; between rows stands poison too. */
#ifndef TESTS_CONTRACT_KERNELS_H
#define TESTS_CONTRACT_KERNELS_H

#include "guarded.h"
#include "kernels/kernels.h"

typedef enum kernel_id {
	KERNEL_GEMM,
	KERNEL_OUTER,
	KERNEL_STEP,
	KERNEL_STEP_BACK,
	KERNEL_ADD,
	KERNEL_MULTIPLY
} kernel_id;

typedef struct kernel_problem {
	kernel_id kernel;
	gm_cell cell;           /* step, step_back */
	size_t rows, cols;      /* cols: units of a step, count of add and multiply */
	size_t depth, segments; /* depth of a step: cols, but for an LSTM with projection */
	unsigned flags;         /* KERNEL_* below */
	uint64_t seed;
} kernel_problem;

enum {
	KERNEL_BIAS = 1,       /* gemm: bias instead of the old c (one segment, no carry) */
	KERNEL_CARRY = 2,      /* gemm */
	KERNEL_RESUME = 4,     /* outer */
	KERNEL_TAPE = 8,       /* step: the tape is wanted */
	KERNEL_IN_PLACE = 16,  /* step: c_out is c_in; add, multiply: out is a */
	KERNEL_ON_SECOND = 32, /* add, multiply: out is b */
	KERNEL_DOWN = 64,      /* gemm: rows of a and c at falling addresses */
	KERNEL_SPECIAL = 128   /* some values are zeros, denormals, huge, infinite or NaN */
};

typedef struct kernel_matrix { /* rows x cols elements at stride ld in one guarded buffer */
	float *at;                 /* lowest address */
	size_t rows, cols, ld;
	int output;
	uint64_t sum; /* of an input's bits, to see that it stays */
} kernel_matrix;

enum { KERNEL_BUFFERS = 12 };

typedef struct kernel_memory {
	guarded buffer[KERNEL_BUFFERS];
	kernel_matrix matrix[KERNEL_BUFFERS];
	size_t used;
	guarded_setting setting;
} kernel_memory;

/* Lays out, runs (gemm and step downwards where buffers are flush with a page's start), reads back.  result:
 * kernel_results(problem) floats.  Returns the number of words changed outside of the outputs' elements, which must be
 * 0. */
size_t kernel_run(const gm_kernels *kernels, const kernel_problem *problem, kernel_memory *memory,
                  const guarded_setting *setting, float *result);
size_t kernel_results(const kernel_problem *problem);
void kernel_memory_close(kernel_memory *memory);
/* "gemm rows 3 cols 17 ..." for messages; text: 160 characters. */
const char *kernel_describe(const kernel_problem *problem, char *text);

/* ---- between the two files that lay out ---- */

size_t kernel_round_up(size_t count, size_t to);
/* Value of operand `which` at (i, j, k) of the problem. */
float kernel_value(const kernel_problem *p, unsigned which, size_t i, size_t j, size_t k);
/* The next buffer, poisoned; gap: floats between rows. */
kernel_matrix *kernel_take(kernel_memory *m, size_t rows, size_t cols, size_t gap, int output);
/* rows x cols elements of a matrix at column `column` drawn from operand `which`. */
void kernel_fill(const kernel_problem *p, unsigned which, kernel_matrix *matrix, size_t column, size_t cols);
float *kernel_read(const kernel_matrix *matrix, size_t cols, float *result); /* returns past the end */
/* Notes what inputs hold; call it last before the kernel. */
void kernel_seal(kernel_memory *m);

float *run_gemm(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result);
float *run_outer(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result);
float *run_elements(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result);
float *run_step(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result);
float *run_step_back(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result);

#endif
