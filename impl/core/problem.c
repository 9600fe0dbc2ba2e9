/* SPDX-License-Identifier: MIT */
/* problem.c - what a gm_problem means: gates, widths, and which parameters fit each other. */
#include "core.h"

#include "base/cells.h"

size_t gm_gates(uint32_t cell) { return cell < GM_CELLS ? cell_table[cell].G : 0; }

/* Of a problem that may be shorter than ours. */
#define MEMBER(problem, name) \
	((problem)->struct_size < offsetof(gm_problem, name) + sizeof(problem)->name ? 0 : (problem)->name)

size_t gm_directions(const gm_problem *problem) { return 1 + (MEMBER(problem, bidirectional) != 0); }

size_t gm_state_size(const gm_problem *problem)
{
	size_t projected = MEMBER(problem, proj_size);

	return projected ? projected : MEMBER(problem, hidden_size);
}

size_t gm_layer_input(const gm_problem *problem, size_t layer)
{
	return layer ? gm_directions(problem) * gm_state_size(problem) : MEMBER(problem, input_size);
}

static gm_status check_size(const char *name, size_t value, size_t limit, gm_error *error)
{
	if (value == 0 || value > limit)
		return gm_fail(error, GM_BAD_SHAPE, "%s is %zu, must be 1 to %zu", name, value, limit);
	return GM_OK;
}

static gm_status check_flag(const char *name, uint32_t value, gm_error *error)
{
	if (value > 1)
		return gm_fail(error, GM_BAD_ARGUMENT, "%s is %u, must be 0 or 1", name, (unsigned)value);
	return GM_OK;
}

static gm_status check_projection(const gm_problem *p, gm_error *error)
{
	if (!p->proj_size)
		return GM_OK;
	if (!(cell_of(p)->traits & CELL_PROJECTED))
		return gm_fail(error, GM_BAD_SHAPE, "proj_size is %zu, but %s has no projection", p->proj_size,
		               cell_of(p)->name);
	if (p->proj_size >= p->hidden_size)
		return gm_fail(error, GM_BAD_SHAPE, "proj_size is %zu, must be below hidden_size %zu", p->proj_size,
		               p->hidden_size);
	return GM_OK;
}

static gm_status check_whole(const gm_problem *p, gm_error *error)
{
	if (p->cell >= GM_CELLS)
		return gm_fail(error, GM_BAD_ARGUMENT, "cell is %u, must be below %u", (unsigned)p->cell, (unsigned)GM_CELLS);
	GM_TRY(check_size("input_size", p->input_size, GM_SIZE_LIMIT, error));
	GM_TRY(check_size("hidden_size", p->hidden_size, GM_SIZE_LIMIT, error));
	GM_TRY(check_size("num_layers", p->num_layers, GM_LAYER_LIMIT, error));
	GM_TRY(check_projection(p, error));
	GM_TRY(check_flag("bidirectional", p->bidirectional, error));
	GM_TRY(check_flag("bias", p->bias, error));
	GM_TRY(check_flag("batch_first", p->batch_first, error));
	GM_TRY(check_flag("unbatched", p->unbatched, error));
	GM_TRY(check_flag("lengths", p->lengths, error));
	GM_TRY(gm_reserved_check("gm_problem", p->reserved, error));
	if (!(p->dropout >= 0 && p->dropout <= 1))
		return gm_fail(error, GM_BAD_ARGUMENT, "dropout is %g, must be from 0 to 1", p->dropout);
	return GM_OK;
}

gm_status gm_problem_read(const gm_problem *problem, gm_problem *whole, gm_error *error)
{
	gm_problem read;

	GM_TRY(gm_struct_read("gm_problem", problem, &read, sizeof read, error));
	GM_TRY(check_whole(&read, error));
	*whole = read;
	return GM_OK;
}

gm_status gm_problem_check(const gm_problem *problem, gm_error *error)
{
	gm_problem whole;

	return gm_problem_read(problem, &whole, error);
}
