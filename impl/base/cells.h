/* SPDX-License-Identifier: MIT */
/* cells.h - the rows of cells.def, to walk, and the sets of cells that share something. */
#ifndef GM_BASE_CELLS_H
#define GM_BASE_CELLS_H

#include "gatemark/gatemark.h"

enum { CELL_HAS_C = 1, CELL_PROJECTED = 2, CELL_CARRIES = 4, CELL_H_BEFORE = 8, CELL_KINKS = 16 };

struct cell_run { /* of blocks of H columns; no blocks: no run */
	size_t first, blocks;
};

enum { CELL_RUNS = 2 };

static const struct cell {
	const char *name, *gates;
	size_t G, planes, joined;
	struct cell_run x[CELL_RUNS], h;
	unsigned traits;
} cell_table[GM_CELLS] = {
#define RUN(first, blocks) \
	{                      \
		first, blocks      \
	}
#define CELL(id, name, gates, planes, joined, x, then, h, traits) \
	[GM_##id] = {#name, gates, sizeof(gates) - 1, planes, joined, {x, then}, h, traits},
#include "cells.def"
#undef CELL
#undef RUN
};

/* " rnn_tanh ...", all of them for a sentence. */
static const char cell_names[] =
#define CELL(id, name, ...) " " #name
#include "cells.def"
#undef CELL
	;

enum { /* GM_<id>_PLANES, GM_<id>_GATES */
#define CELL(id, name, gates, planes, ...) GM_##id##_PLANES = planes, GM_##id##_GATES = sizeof(gates) - 1,
#include "cells.def"
#undef CELL
};

/* Sets of cells: bit masks of gm_cell. */
enum {
	CELLS_ALL = (1u << GM_CELLS) - 1,
	CELLS_GATED = 0 /* several gates */
#define CELL(id, name, gates, ...) | (sizeof(gates) > 2) << GM_##id
#include "cells.def"
#undef CELL
	,
	CELLS_APART = 0 /* a gate that is not joined */
#define CELL(id, name, gates, planes, joined, ...) | ((joined) < sizeof(gates) - 1) << GM_##id
#include "cells.def"
#undef CELL
	,
	CELLS_KINKED = 0
#define CELL(id, name, gates, planes, joined, x, then, h, traits) | (((traits)&CELL_KINKS) != 0) << GM_##id
#include "cells.def"
#undef CELL
	,
	CELLS_WITH_C = 0
#define CELL(id, name, gates, planes, joined, x, then, h, traits) | (((traits)&CELL_HAS_C) != 0) << GM_##id
#include "cells.def"
#undef CELL
};

/* Rows stand in the order of gm_cell; the runs are what cells.def says they are. */
enum cell_order {
#define CELL(id, ...) CELL_AT_##id,
#include "cells.def"
#undef CELL
	CELL_ROWS
};
_Static_assert((int)CELL_ROWS == (int)GM_CELLS, "a row of cells.def for each gm_cell");
#define CELL(id, ...) _Static_assert((int)CELL_AT_##id == (int)GM_##id, "cells.def is in the order of gm_cell");
#include "cells.def"
#undef CELL
#define RUN(first, blocks) (blocks)
#define CELL(id, name, gates, planes, joined, x, then, h, traits)                                        \
	_Static_assert(x + then == sizeof(gates) - 1 && h == sizeof(gates) - 1, "a run has all gates once"); \
	_Static_assert(joined <= sizeof(gates) - 1 && sizeof(gates) - 1 <= joined + 1, "at most one gate is apart");
#include "cells.def"
#undef CELL
#undef RUN
#define RUN(first, blocks)                                        ((first) + (blocks))
#define CELL(id, name, gates, planes, joined, x, then, h, traits) _Static_assert(x <= h && then <= h, "h ends the row");
#include "cells.def"
#undef CELL
#undef RUN

/* Of a problem that gm_problem_check passes. */
static inline const struct cell *cell_of(const gm_problem *problem) { return &cell_table[problem->cell]; }

/* Columns of a row of the gates' gradients, in blocks of H. */
static inline size_t cell_blocks(const struct cell *cell) { return cell->h.first + cell->h.blocks; }

/* Gates whose recurrent part stays apart: 0 or 1. */
static inline size_t cell_apart(const struct cell *cell) { return cell->G - cell->joined; }

#endif
