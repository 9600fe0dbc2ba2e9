/* SPDX-License-Identifier: MIT */
/* dims.c - sizes of a problem in vectors of an ISA, and the layout of plan, tape and scratch. */
#include "plan.h"

static float *take_floats(gm_block *block, size_t a, size_t b)
{
	size_t count;

	if (!gm_mul(a, b, &count))
		block->overflow = 1, count = 0;
	return block_take(block, count, sizeof(float));
}

static float *take_cube(gm_block *block, size_t a, size_t b, size_t c)
{
	size_t ab;

	if (!gm_mul(a, b, &ab))
		block->overflow = 1, ab = 0;
	return take_floats(block, ab, c);
}

/* A matrix for each of T steps and one for the state before them. */
static float *take_states(gm_block *block, size_t T, size_t b, size_t c)
{
	size_t states;

	if (!gm_add(T, 1, &states))
		block->overflow = 1, states = 0;
	return take_cube(block, states, b, c);
}

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* Rows a multiple of 4 KiB apart fall into the same cache sets. */
static size_t off_page(size_t floats) { return floats % 1024 ? floats : floats + 16; }

gm_status dims_init(gm_dims *dims, const gm_problem *p, const gm_kernels *kernels)
{
	size_t above = gm_directions(p) * gm_state_size(p);

	*dims = (gm_dims){.cell = cell_of(p),
	                  .G = gm_gates(p->cell),
	                  .D = gm_directions(p),
	                  .L = p->num_layers,
	                  .I = p->input_size,
	                  .H = p->hidden_size,
	                  .P = p->proj_size,
	                  .R = gm_state_size(p)};
	dims->Hp = round_up(dims->H, kernels->lanes);
	dims->Rp = round_up(dims->R, kernels->lanes);
	dims->ld_pre = off_page(dims->G * dims->Hp);
	dims->ld_dgates = off_page(round_up(cell_blocks(dims->cell) * dims->H, 16));
	dims->x_max = dims->L > 1 && above > dims->I ? above : dims->I;
	return GM_OK;
}

enum { PRE_FLOATS = 64 * 1024 };

size_t chunk_steps(const gm_dims *dims, size_t N)
{
	size_t floats;

	return gm_mul(N, dims->ld_pre, &floats) && floats <= PRE_FLOATS ? PRE_FLOATS / floats : 1;
}

/* Floats of a packed (depth, cols) matrix in blocks of gemm_cols. */
static float *take_packed(const gm_plan *plan, gm_block *block, size_t depth, size_t cols)
{
	return take_floats(block, depth, round_up(cols, plan->kernels->gemm_cols));
}

static void layout_pack(const gm_plan *plan, size_t layer, layer_pack *pack, gm_block *block)
{
	const gm_dims *d = &plan->dims;
	size_t x = layer ? d->D * d->R : d->I;
	const struct cell_run *run = d->cell->x;

	pack->bias = take_packed(plan, block, 1, d->G * d->Hp);
	pack->bias_hn = cell_apart(d->cell) ? take_floats(block, 1, d->Hp) : NULL;
	pack->weight_ih = take_packed(plan, block, x, d->G * d->Hp);
	pack->weight_hh = take_cube(block, d->R, d->G, d->Hp);
	pack->weight_hr = d->P ? take_packed(plan, block, d->H, d->P) : NULL;
	if (plan->opts.mode == GM_MODE_INFER)
		return;
	for (size_t i = 0; i < CELL_RUNS; i++)
		pack->weight_ih_t[i] = run[i].blocks ? take_packed(plan, block, run[i].blocks * d->H, x) : NULL;
	pack->weight_hh_t = take_packed(plan, block, d->G * d->H, d->R);
	pack->weight_hr_t = d->P ? take_packed(plan, block, d->P, d->H) : NULL;
}

void layout_plan(gm_plan *plan, gm_block *block)
{
	const gm_dims *d = &plan->dims;
	size_t longest = d->G * d->Hp + d->x_max + d->Rp;
	layer_pack unplaced = {0};

	plan->zeros = take_floats(block, 1, round_up(longest, plan->kernels->gemm_cols));
	plan->pack = block_take(block, d->L * d->D, sizeof *plan->pack);
	for (size_t i = 0; i < d->L * d->D; i++)
		layout_pack(plan, i / d->D, block->base ? &plan->pack[i] : &unplaced, block);
}

void layout_tape(const gm_plan *plan, size_t T, size_t N, layer_tape *tape, gm_block *block)
{
	const gm_dims *d = &plan->dims;

	tape->y = take_states(block, T, N, d->Rp);
	tape->c = d->cell->traits & CELL_HAS_C ? take_states(block, T, N, d->Hp) : NULL;
	tape->planes = d->cell->planes ? take_cube(block, T, N, d->cell->planes * d->Hp) : NULL;
	tape->m = d->P ? take_cube(block, T, N, d->Hp) : NULL;
}

float *layout_tape_input(const gm_plan *plan, size_t T, size_t N, gm_block *block)
{
	return take_cube(block, T, N, plan->dims.D * plan->dims.R);
}

static void layout_forward(const gm_plan *plan, size_t T, size_t N, gm_scratch *s, gm_block *block)
{
	const gm_dims *d = &plan->dims;
	size_t steps = chunk_steps(d, N);

	s->pre = take_cube(block, steps < T ? steps : T, N, d->ld_pre);
	s->layer = (layer_tape){.y = take_states(block, T, N, d->Rp),
	                        .c = d->cell->traits & CELL_HAS_C ? take_floats(block, N, d->Hp) : NULL,
	                        .m = d->P ? take_floats(block, N, d->Hp) : NULL};
	for (int i = 0; i < 2; i++)
		s->x[i] = d->L > 1 ? take_cube(block, T, N, d->D * d->R) : NULL;
}

static void layout_backward(const gm_plan *plan, size_t T, size_t N, gm_scratch *s, gm_block *block)
{
	const gm_dims *d = &plan->dims;
	const float ***row[] = {&s->row_a, &s->row_x, &s->row_h, &s->row_m};

	s->dgates = take_cube(block, T, N, d->ld_dgates);
	s->d = take_floats(block, N, d->Rp);
	s->r = take_floats(block, N, d->Rp);
	s->ds = d->P ? take_cube(block, T, N, d->Rp) : NULL;
	s->dm = take_floats(block, N, d->Hp);
	s->dc = take_floats(block, N, d->Hp);
	s->carry_d = take_floats(block, N, d->Hp);
	s->carry_z = take_floats(block, N, d->Hp);
	for (int i = 0; i < 2; i++)
		s->dx[i] = d->L > 1 ? take_cube(block, T, N, d->D * d->R) : NULL;
	s->dx_add = d->D > 1 ? take_cube(block, T, N, d->x_max) : NULL;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		*row[i] = block_take(block, GRADIENT_ROWS, sizeof(float *));
	s->pack_a = take_floats(block, GRADIENT_ROWS, plan->kernels->outer_rows);
	s->pack_b = take_floats(block, GRADIENT_ROWS, round_up(d->x_max + d->Hp, plan->kernels->gemm_cols));
}

void layout_scratch(const gm_plan *plan, size_t T, size_t N, int backward, gm_scratch *s, gm_block *block)
{
	*s = (gm_scratch){.rows = {.T = T, .N = N}};
	s->rows.row_of = block_take(block, N, sizeof(size_t));
	s->rows.position_of = block_take(block, N, sizeof(size_t));
	s->rows.active_at = plan->problem.lengths ? block_take(block, T + 1, sizeof(size_t)) : NULL;
	if (backward)
		layout_backward(plan, T, N, s, block);
	else
		layout_forward(plan, T, N, s, block);
}
