/* SPDX-License-Identifier: MIT */
/* rows.c - batch rows of different lengths: longest first, so that the rows alive at a step are a prefix. */
#include "engine/plan.h"

/* active_at[t] = rows longer than t, by counting lengths and summing from the end. */
static void count_active(gm_rows *rows)
{
	for (size_t t = 0; t <= rows->T; t++)
		rows->active_at[t] = 0;
	for (size_t n = 0; n < rows->N; n++)
		rows->active_at[rows->lengths[n] - 1]++;
	for (size_t t = rows->T; t-- > 0;)
		rows->active_at[t] += rows->active_at[t + 1];
}

/* Stable: among equals the caller's order.  Rows longer than a row's length stand before it. */
static void assign_slots(gm_rows *rows)
{
	for (size_t n = rows->N; n-- > 0;) {
		size_t last = rows->active_at[rows->lengths[n] - 1];

		rows->active_at[rows->lengths[n] - 1]--;
		rows->position_of[n] = last - 1;
		rows->row_of[last - 1] = n;
	}
}

void rows_init(gm_rows *rows, const gm_forward_args *args)
{
	rows->T = args->T;
	rows->N = args->N;
	rows->lengths = args->lengths;
	if (args->lengths) {
		count_active(rows);
		assign_slots(rows);
		count_active(rows);
		return;
	}
	for (size_t n = 0; n < rows->N; n++)
		rows->row_of[n] = rows->position_of[n] = n;
}

int rows_next_run(const gm_rows *rows, const gm_view *view, size_t t_begin, size_t t_end, size_t *next, gm_run *run)
{
	size_t steps = t_end - t_begin;
	int dense = steps == 1 || view->t == (ptrdiff_t)rows->N * view->n;

	if (!rows->lengths && rows->N > 1 && dense) {
		*run = (gm_run){.rows = steps * rows->N, .t = t_begin};
		return (*next)++ == 0;
	}
	for (; *next < rows->N; ++*next) {
		size_t n = rows->row_of[*next], length = row_length(rows, n);
		size_t end = length < t_end ? length : t_end;

		if (end <= t_begin)
			continue;
		*run = (gm_run){.rows = end - t_begin, .t = t_begin, .n = n, .position = *next, .over_time = 1};
		++*next;
		return 1;
	}
	return 0;
}
