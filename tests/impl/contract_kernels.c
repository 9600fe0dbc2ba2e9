/* SPDX-License-Identifier: MIT */
/* contract_kernels.c - memory and values of a problem; products and element-wise kernels.  See contract_kernels.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "contract_kernels.h"

#include <stdio.h>
#include <string.h>

size_t kernel_round_up(size_t count, size_t to) { return (count + to - 1) / to * to; }

/* One of 64 values is special where the problem asks for it. */
static float special_value(uint64_t bits)
{
	static const uint32_t specials[] = {0x00000000, 0x80000000, 0x00000001, 0x807fffff,
	                                    0x3f800000, 0x7e967699, 0x7f800000, 0x7fc00000};
	float value;

	memcpy(&value, &specials[bits % 8], sizeof value);
	return value;
}

float kernel_value(const kernel_problem *p, unsigned which, size_t i, size_t j, size_t k)
{
	uint64_t z = p->seed + which * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u + j * 0x94d049bb133111ebu +
	             k * 0xd6e8feb86659fd93u;

	z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
	z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
	z ^= z >> 32;
	if ((p->flags & KERNEL_SPECIAL) && z % 64 == 0)
		return special_value(z >> 6);
	return (float)(int32_t)(z >> 32) / 2147483648.0f;
}

kernel_matrix *kernel_take(kernel_memory *m, size_t rows, size_t cols, size_t gap, int output)
{
	kernel_matrix *matrix = &m->matrix[m->used];

	assert_true(m->used < KERNEL_BUFFERS);
	*matrix = (kernel_matrix){.rows = rows, .cols = cols, .ld = cols + gap, .output = output};
	matrix->at = guarded_place(&m->buffer[m->used++], (rows - 1) * matrix->ld + cols, &m->setting);
	return matrix;
}

void kernel_fill(const kernel_problem *p, unsigned which, kernel_matrix *matrix, size_t column, size_t cols)
{
	for (size_t i = 0; i < matrix->rows; i++)
		for (size_t j = 0; j < cols; j++)
			matrix->at[i * matrix->ld + column + j] = kernel_value(p, which, i, j, column);
}

float *kernel_read(const kernel_matrix *matrix, size_t cols, float *result)
{
	for (size_t i = 0; i < matrix->rows; i++, result += cols)
		memcpy(result, matrix->at + i * matrix->ld, cols * sizeof *result);
	return result;
}

static uint64_t sum_of(const guarded *buffer)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < buffer->count; i++) {
		uint32_t bits;

		memcpy(&bits, buffer->data + i, sizeof bits);
		sum = (sum + bits) * 0x9e3779b97f4a7c15u;
	}
	return sum;
}

void kernel_seal(kernel_memory *m)
{
	for (size_t i = 0; i < m->used; i++)
		m->matrix[i].sum = sum_of(&m->buffer[i]);
}

/* Changed words of one buffer: around it, in the gaps of an output, anywhere in an input (counted as one). */
static size_t damage_of(const kernel_matrix *matrix, const guarded *buffer)
{
	size_t damage = guarded_damage(buffer);

	if (!matrix->output)
		return damage + (sum_of(buffer) != matrix->sum);
	for (size_t i = 0; i + 1 < matrix->rows; i++)
		for (size_t j = matrix->cols; j < matrix->ld; j++)
			damage += memcmp(matrix->at + i * matrix->ld + j, &buffer->setting.poison, sizeof(float)) != 0;
	return damage;
}

/* Row 0 and stride of a matrix whose rows stand at rising or falling addresses. */
static float *first_row(const kernel_problem *p, const kernel_matrix *matrix, ptrdiff_t *ld)
{
	int down = (p->flags & KERNEL_DOWN) != 0;

	*ld = down ? -(ptrdiff_t)matrix->ld : (ptrdiff_t)matrix->ld;
	return down ? matrix->at + (matrix->rows - 1) * matrix->ld : matrix->at;
}

/* b packed [column block][segment][k][width], poison beyond cols. */
static void pack_b(const kernel_problem *p, unsigned which, size_t width, kernel_matrix *b)
{
	for (size_t j = 0; j < p->cols; j++)
		for (size_t s = 0; s < p->segments; s++)
			for (size_t k = 0; k < p->depth; k++)
				b->at[((j / width * p->segments + s) * p->depth + k) * width + j % width] = kernel_value(p, which, j, s,
				                                                                                         k);
}

float *run_gemm(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result)
{
	size_t width = kernels->gemm_cols, padded = kernel_round_up(p->cols, width), apart = p->depth + p->segments - 1;
	kernel_matrix *a = kernel_take(m, p->rows, (p->segments - 1) * apart + p->depth, p->seed % 4, 0);
	kernel_matrix *b = kernel_take(m, 1, padded * p->segments * p->depth, 0, 0);
	kernel_matrix *c = kernel_take(m, p->rows, p->cols, p->seed % 3, 1);
	gm_gemm call = {.rows = p->rows,
	                .cols = p->cols,
	                .depth = p->depth,
	                .segments = p->segments,
	                .a_segment = (ptrdiff_t)apart,
	                .b = b->at,
	                .down = m->setting.side == GUARDED_START};

	for (size_t s = 0; s < p->segments; s++)
		kernel_fill(p, 1, a, s * apart, p->depth);
	pack_b(p, 2, width, b);
	call.a = first_row(p, a, &call.lda);
	call.c = first_row(p, c, &call.ldc);
	if (p->flags & KERNEL_BIAS) {
		kernel_matrix *bias = kernel_take(m, 1, padded, 0, 0);

		kernel_fill(p, 3, bias, 0, p->cols);
		call.bias = bias->at;
	} else {
		kernel_fill(p, 4, c, 0, p->cols);
	}
	if (p->flags & KERNEL_CARRY) {
		size_t cols = kernel_round_up(p->cols, kernels->lanes);
		kernel_matrix *d = kernel_take(m, p->rows, cols, p->seed % 5, 0);
		kernel_matrix *z = kernel_take(m, p->rows, cols, p->seed % 5, 0);

		kernel_fill(p, 5, d, 0, p->cols);
		kernel_fill(p, 6, z, 0, p->cols);
		call.carry_d = d->at, call.carry_z = z->at, call.ld_carry = (ptrdiff_t)d->ld;
	}
	kernel_seal(m);
	kernels->gemm(&call);
	return kernel_read(c, p->cols, result);
}

/* Panels of outer_rows rows, one call each, as weight gradients are taken. */
float *run_outer(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result)
{
	size_t width = kernels->gemm_cols, tall = kernels->outer_rows, panels = (p->rows + tall - 1) / tall;
	kernel_matrix *a = kernel_take(m, panels, p->depth * tall, 0, 0);
	kernel_matrix *b = kernel_take(m, 1, kernel_round_up(p->cols, width) * p->depth, 0, 0);
	kernel_matrix *c = kernel_take(m, p->rows, p->cols, p->seed % 3, 1);

	for (size_t i = 0; i < p->rows; i++)
		for (size_t k = 0; k < p->depth; k++)
			a->at[i / tall * a->ld + k * tall + i % tall] = kernel_value(p, 1, i, 0, k);
	pack_b(p, 2, width, b);
	if (p->flags & KERNEL_RESUME)
		kernel_fill(p, 4, c, 0, p->cols);
	kernel_seal(m);
	for (size_t panel = 0; panel < panels; panel++) {
		size_t row = panel * tall;
		gm_outer call = {.rows = p->rows - row < tall ? p->rows - row : tall,
		                 .cols = p->cols,
		                 .depth = p->depth,
		                 .a = a->at + panel * a->ld,
		                 .b = b->at,
		                 .c = c->at + row * c->ld,
		                 .ldc = (ptrdiff_t)c->ld,
		                 .resume = (p->flags & KERNEL_RESUME) != 0};

		kernels->outer(&call);
	}
	return kernel_read(c, p->cols, result);
}

float *run_elements(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result)
{
	int on_a = (p->flags & KERNEL_IN_PLACE) != 0, on_b = (p->flags & KERNEL_ON_SECOND) != 0;
	kernel_matrix *a = kernel_take(m, 1, p->cols, 0, on_a);
	kernel_matrix *b = kernel_take(m, 1, p->cols, 0, on_b);
	kernel_matrix *out = on_a ? a : on_b ? b : kernel_take(m, 1, p->cols, 0, 1);

	kernel_fill(p, 1, a, 0, p->cols);
	kernel_fill(p, 2, b, 0, p->cols);
	kernel_seal(m);
	(p->kernel == KERNEL_ADD ? kernels->add : kernels->multiply)(out->at, a->at, b->at, p->cols);
	return kernel_read(out, p->cols, result);
}

size_t kernel_results(const kernel_problem *p)
{
	size_t elements = p->rows * p->cols;

	if (p->kernel == KERNEL_STEP)
		return elements * (2 + cell_table[p->cell].planes);
	if (p->kernel == KERNEL_STEP_BACK)
		return elements * (gm_gates(p->cell) + 4);
	return elements;
}

size_t kernel_run(const gm_kernels *kernels, const kernel_problem *problem, kernel_memory *memory,
                  const guarded_setting *setting, float *result)
{
	static float *(*const run[])(const gm_kernels *, const kernel_problem *, kernel_memory *, float *) = {
		[KERNEL_GEMM] = run_gemm,           [KERNEL_OUTER] = run_outer,  [KERNEL_STEP] = run_step,
		[KERNEL_STEP_BACK] = run_step_back, [KERNEL_ADD] = run_elements, [KERNEL_MULTIPLY] = run_elements};
	size_t count = kernel_results(problem), damage = 0;
	float *end;

	memory->used = 0;
	memory->setting = *setting;
	end = run[problem->kernel](kernels, problem, memory, result);
	assert_true(end <= result + count);
	memset(end, 0, (size_t)(result + count - end) * sizeof *result);
	for (size_t i = 0; i < memory->used; i++)
		damage += damage_of(&memory->matrix[i], &memory->buffer[i]);
	return damage;
}

void kernel_memory_close(kernel_memory *memory)
{
	for (size_t i = 0; i < KERNEL_BUFFERS; i++)
		guarded_close(&memory->buffer[i]);
}

const char *kernel_describe(const kernel_problem *p, char *text)
{
	static const char *const kernel[] = {"gemm", "outer", "step", "step_back", "add", "multiply"};
	int stepping = p->kernel == KERNEL_STEP || p->kernel == KERNEL_STEP_BACK;

	snprintf(text, 160, "%s%s%s rows %zu cols %zu depth %zu segments %zu flags %u seed %llu", kernel[p->kernel],
	         stepping ? " " : "", stepping ? cell_table[p->cell].name : "", p->rows, p->cols, p->depth, p->segments,
	         p->flags, (unsigned long long)p->seed);
	return text;
}
