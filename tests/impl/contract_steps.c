/* SPDX-License-Identifier: MIT */
/* contract_steps.c - one step of a cell, forward and backward, laid out for a table.  See contract_kernels.h. */
#include "contract_kernels.h"

#include <string.h>

/* Units of a matrix that holds [unit block][part][lane], `part` of them at (row, part, unit). */
static float *unit_at(const kernel_matrix *matrix, size_t lanes, size_t parts, size_t row, size_t part, size_t unit)
{
	return matrix->at + row * matrix->ld + (unit / lanes * parts + part) * lanes + unit % lanes;
}

static void fill_units(const kernel_problem *p, unsigned which, kernel_matrix *matrix, size_t lanes, size_t parts)
{
	for (size_t row = 0; row < p->rows; row++)
		for (size_t part = 0; part < parts; part++)
			for (size_t unit = 0; unit < p->cols; unit++)
				*unit_at(matrix, lanes, parts, row, part, unit) = kernel_value(p, which, row, part, unit);
}

static float *read_units(const kernel_problem *p, const kernel_matrix *matrix, size_t lanes, size_t parts,
                         float *result)
{
	for (size_t row = 0; row < p->rows; row++)
		for (size_t part = 0; part < parts; part++)
			for (size_t unit = 0; unit < p->cols; unit++)
				*result++ = *unit_at(matrix, lanes, parts, row, part, unit);
	return result;
}

/* packed [unit block][k][gate][lane] */
static kernel_matrix *take_weights(const kernel_problem *p, kernel_memory *m, size_t lanes)
{
	size_t gates = gm_gates(p->cell), padded = kernel_round_up(p->cols, lanes);
	kernel_matrix *w = kernel_take(m, 1, padded * gates * p->depth, 0, 0);

	for (size_t unit = 0; unit < p->cols; unit++)
		for (size_t k = 0; k < p->depth; k++)
			for (size_t gate = 0; gate < gates; gate++)
				w->at[((unit / lanes * p->depth + k) * gates + gate) * lanes + unit % lanes] = kernel_value(p, 2, unit,
				                                                                                            gate, k);
	return w;
}

/* (rows, padded cols) with `cols` elements drawn, or an output. */
static kernel_matrix *take_padded(const kernel_problem *p, kernel_memory *m, size_t lanes, size_t cols, unsigned which,
                                  int output)
{
	kernel_matrix *matrix = kernel_take(m, p->rows, kernel_round_up(cols, lanes), (p->seed + which) % 4, output);

	if (which)
		kernel_fill(p, which, matrix, 0, cols);
	return matrix;
}

/* The operands that not every cell has; c_out, or NULL. */
static kernel_matrix *take_cell(const kernel_problem *p, kernel_memory *m, size_t lanes, gm_step *call)
{
	const struct cell *cell = &cell_table[p->cell];
	kernel_matrix *c_in, *c_out = NULL, *bias;

	if (cell->traits & CELL_HAS_C) {
		c_in = take_padded(p, m, lanes, p->cols, 4, (p->flags & KERNEL_IN_PLACE) != 0);
		c_out = p->flags & KERNEL_IN_PLACE ? c_in : take_padded(p, m, lanes, p->cols, 0, 1);
		call->c_in = c_in->at, call->ld_c_in = (ptrdiff_t)c_in->ld;
		call->c_out = c_out->at, call->ld_c_out = (ptrdiff_t)c_out->ld;
	}
	if (cell_apart(cell)) {
		bias = kernel_take(m, 1, kernel_round_up(p->cols, lanes), 0, 0);
		kernel_fill(p, 5, bias, 0, p->cols);
		call->bias_hn = bias->at;
	}
	return c_out;
}

float *run_step(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result)
{
	const struct cell *cell = &cell_table[p->cell];
	size_t lanes = kernels->lanes, gates = cell->G, padded = kernel_round_up(p->cols, lanes);
	size_t planes = p->flags & KERNEL_TAPE ? cell->planes : 0;
	kernel_matrix *pre = kernel_take(m, p->rows, padded * gates, p->seed % 5, 0);
	kernel_matrix *w = take_weights(p, m, lanes);
	kernel_matrix *h_in = take_padded(p, m, lanes, p->depth, 3, 0), *h_out = take_padded(p, m, lanes, p->cols, 0, 1);
	kernel_matrix *c_out, *tape = NULL;
	gm_step call = {.rows = p->rows,
	                .units = p->cols,
	                .depth = p->depth,
	                .pre = pre->at,
	                .ld_pre = (ptrdiff_t)pre->ld,
	                .weight_hh = w->at,
	                .h_in = h_in->at,
	                .ld_h_in = (ptrdiff_t)h_in->ld,
	                .h_out = h_out->at,
	                .ld_h_out = (ptrdiff_t)h_out->ld,
	                .down = m->setting.side == GUARDED_START};

	fill_units(p, 1, pre, lanes, gates);
	c_out = take_cell(p, m, lanes, &call);
	if (planes) {
		tape = kernel_take(m, p->rows, planes * padded, p->seed % 3, 1);
		call.tape = tape->at, call.ld_tape = (ptrdiff_t)tape->ld;
	}
	kernel_seal(m);
	kernels->step[p->cell](&call);
	result = kernel_read(h_out, p->cols, result);
	if (c_out)
		result = kernel_read(c_out, p->cols, result);
	return planes ? read_units(p, tape, lanes, planes, result) : result;
}

/* The same backward; extra: dc, or carry_d and carry_z. */
static void take_cell_back(const kernel_problem *p, kernel_memory *m, size_t lanes, gm_step_back *call,
                           kernel_matrix *extra[2])
{
	unsigned traits = cell_table[p->cell].traits;

	if (traits & CELL_HAS_C) {
		kernel_matrix *c = take_padded(p, m, lanes, p->cols, 4, 0);

		extra[0] = take_padded(p, m, lanes, p->cols, 5, 1);
		call->c_before = c->at, call->ld_c = (ptrdiff_t)c->ld;
		call->dc = extra[0]->at, call->ld_dc = (ptrdiff_t)extra[0]->ld;
	} else {
		kernel_matrix *h = take_padded(p, m, lanes, p->cols, 3, 0);

		call->h = h->at, call->ld_h = (ptrdiff_t)h->ld;
	}
	if (traits & CELL_CARRIES) { /* at the stride of d */
		for (int i = 0; i < 2; i++)
			extra[i] = kernel_take(m, p->rows, kernel_round_up(p->cols, lanes),
			                       (size_t)call->ld_d - kernel_round_up(p->cols, lanes), 1);
		call->carry_d = extra[0]->at, call->carry_z = extra[1]->at;
	}
}

float *run_step_back(const gm_kernels *kernels, const kernel_problem *p, kernel_memory *m, float *result)
{
	size_t lanes = kernels->lanes, planes = cell_table[p->cell].planes, padded = kernel_round_up(p->cols, lanes);
	size_t width = cell_blocks(&cell_table[p->cell]) * p->cols;
	kernel_matrix *d = take_padded(p, m, lanes, p->cols, 1, 0);
	kernel_matrix *dgates = kernel_take(m, p->rows, width, p->seed % 3, 1);
	kernel_matrix *extra[2] = {NULL, NULL};
	gm_step_back call = {.rows = p->rows,
	                     .units = p->cols,
	                     .d = d->at,
	                     .ld_d = (ptrdiff_t)d->ld,
	                     .dgates = dgates->at,
	                     .ld_dgates = (ptrdiff_t)dgates->ld};

	if (planes) {
		kernel_matrix *tape = kernel_take(m, p->rows, planes * padded, p->seed % 3, 0);

		fill_units(p, 2, tape, lanes, planes);
		call.tape = tape->at, call.ld_tape = (ptrdiff_t)tape->ld;
	}
	take_cell_back(p, m, lanes, &call, extra);
	kernel_seal(m);
	kernels->step_back[p->cell](&call);
	result = kernel_read(dgates, width, result);
	for (int i = 0; i < 2 && extra[i]; i++)
		result = kernel_read(extra[i], p->cols, result);
	return result;
}
