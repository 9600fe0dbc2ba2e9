/* SPDX-License-Identifier: MIT */
/* locate.c - names of single elements: an index becomes the step, row, gate and unit it belongs to, by the kind of its
 * tensor and the layout of its problem (batch_first, unbatched). */
#include "locate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cells.h"

char gate_letter(uint32_t cell, size_t gate)
{
	return cell < GM_CELLS && gate < gm_gates(cell) ? cell_table[cell].gates[gate] : '?';
}

static void set_axis(location *p, axis axis, size_t at, size_t extent)
{
	if (extent == 1 && (axis == AXIS_LAYER || axis == AXIS_DIRECTION || axis == AXIS_GATE))
		return; // nothing to tell apart
	p->at[axis] = at;
	p->extent[axis] = extent;
}

/* (T, N, width), (N, T, width) or (T, width); width of several directions: D blocks of R. */
static void locate_sequence(const gm_spec *spec, const gm_tensor *tensor, size_t index, int directed, location *p)
{
	size_t width = tensor->dim[tensor->rank - 1], column = index % width, row = index / width;
	size_t D = directed ? gm_directions(&spec->problem) : 1, R = width / D, T = spec->T, N = spec->N;
	int batch_first = spec->problem.batch_first != 0;

	set_axis(p, AXIS_STEP, batch_first ? row % T : row / N, T);
	if (tensor->rank == 3)
		set_axis(p, AXIS_ROW, batch_first ? row / T : row % N, N);
	set_axis(p, AXIS_DIRECTION, column / R, D);
	set_axis(p, AXIS_UNIT, column % R, R);
	p->unit = directed ? "unit" : "column";
}

/* (L*D, N, width), or without N. */
static void locate_state(const gm_spec *spec, const gm_tensor *tensor, size_t index, location *p)
{
	size_t width = tensor->dim[tensor->rank - 1], outer = index / width, D = gm_directions(&spec->problem);
	size_t N = tensor->rank == 3 ? tensor->dim[1] : 1, stack = outer / N;

	set_axis(p, AXIS_LAYER, stack / D, spec->problem.num_layers);
	set_axis(p, AXIS_DIRECTION, stack % D, D);
	if (tensor->rank == 3)
		set_axis(p, AXIS_ROW, outer % N, N);
	set_axis(p, AXIS_UNIT, index % width, width);
}

/* (G*H, width), bias (G*H), weight_hr (P, H).  Layer and direction stand in the tensor's name. */
static void locate_weight(const gm_spec *spec, const gm_tensor *tensor, size_t index, location *p)
{
	size_t H = spec->problem.hidden_size, G = gm_gates(spec->problem.cell);
	size_t width = tensor->rank == 2 ? tensor->dim[1] : 1, outer = index / width;
	int projection = tensor->kind == GM_WEIGHT_HR || tensor->kind == GM_GRAD_WEIGHT_HR;
	int first = (tensor->kind == GM_WEIGHT_IH || tensor->kind == GM_GRAD_WEIGHT_IH) && tensor->layer == 0;

	if (!projection)
		set_axis(p, AXIS_GATE, outer / H, G);
	set_axis(p, AXIS_UNIT, projection ? outer : outer % H, projection ? tensor->dim[0] : H);
	if (tensor->rank == 2)
		set_axis(p, AXIS_FROM, index % width, width);
	p->unit = projection ? "projection" : "unit";
	p->from = first ? "column" : "unit";
}

void locate(const gm_spec *spec, const gm_tensor *tensor, size_t index, location *p)
{
	*p = (location){.unit = "unit", .from = "unit"};
	switch (tensor->kind) {
	case GM_INPUT:
	case GM_GRAD_INPUT: locate_sequence(spec, tensor, index, 0, p); break;
	case GM_OUTPUT:
	case GM_GRAD_OUTPUT:
	case GM_DROPOUT_MASK: locate_sequence(spec, tensor, index, 1, p); break;
	case GM_H_0:
	case GM_C_0:
	case GM_H_N:
	case GM_C_N:
	case GM_GRAD_H_0:
	case GM_GRAD_C_0:
	case GM_GRAD_H_N:
	case GM_GRAD_C_N: locate_state(spec, tensor, index, p); break;
	case GM_LENGTHS: set_axis(p, AXIS_ROW, index, tensor->count); break;
	default: locate_weight(spec, tensor, index, p);
	}
}

axis location_run_axis(const location *place) { return place->extent[AXIS_FROM] ? AXIS_FROM : AXIS_UNIT; }

void location_append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, size - used, format, arguments);
	va_end(arguments);
}

void location_text(const gm_spec *spec, const location *p, size_t last, char text[96])
{
	const char *const name[AXES] = {"t=", "layer ", "", "row ", "", p->unit, p->from};

	text[0] = 0;
	for (axis a = 0; a < AXES; a++) {
		size_t at = p->at[a];

		if (!p->extent[a])
			continue;
		location_append(text, 96, "%s%s", text[0] ? " " : "", a == AXIS_FROM ? "from " : "");
		if (a == AXIS_DIRECTION)
			location_append(text, 96, at ? "reverse" : "forward");
		else if (a == AXIS_GATE)
			location_append(text, 96, "gate %c", gate_letter(spec->problem.cell, at));
		else if (a < AXIS_GATE)
			location_append(text, 96, "%s%zu", name[a], at);
		else if (a == location_run_axis(p) && last > at)
			location_append(text, 96, "%ss %zu..%zu", name[a], at, last);
		else
			location_append(text, 96, "%s %zu", name[a], at);
	}
}

void locate_text(const gm_spec *spec, const gm_tensor *tensor, size_t index, char text[96])
{
	location place;

	locate(spec, tensor, index, &place);
	location_text(spec, &place, place.at[location_run_axis(&place)], text);
}
