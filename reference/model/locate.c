/* SPDX-License-Identifier: MIT */
/* locate.c - names of single elements: an index becomes the step, row, gate and unit it belongs to, by the kind of its
 * tensor and the layout of its problem (batch_first, unbatched). */
#include "locate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char gate_letter(uint32_t cell, size_t gate)
{
	static const char letter[GM_CELLS][5] = {
		[GM_RNN_TANH] = "h", [GM_RNN_RELU] = "h", [GM_LSTM] = "ifgo", [GM_GRU] = "rzn"};

	return cell < GM_CELLS && gate < gm_gates(cell) ? letter[cell][gate] : '?';
}

static void set_axis(location *p, axis axis, size_t at, size_t extent)
{
	p->at[axis] = at;
	p->extent[axis] = extent;
}

/* (T, N, width), (N, T, width) or (T, width); width of several directions: D blocks of R. */
static void locate_sequence(const gm_spec *spec, const gm_tensor *tensor, size_t index, int directed, location *p)
{
	size_t width = tensor->dim[tensor->rank - 1], column = index % width, outer = index / width;
	size_t D = directed ? gm_directions(&spec->problem) : 1, R = width / D;
	int unbatched = tensor->rank == 2;
	size_t inner = unbatched ? 1 : tensor->dim[1];
	int batch_first = spec->problem.batch_first && !unbatched;

	set_axis(p, AXIS_STEP, batch_first ? outer % inner : outer / inner, spec->T);
	if (!unbatched)
		set_axis(p, AXIS_ROW, batch_first ? outer / inner : outer % inner, spec->N);
	if (D > 1)
		set_axis(p, AXIS_DIRECTION, column / R, D);
	set_axis(p, AXIS_UNIT, column % R, R);
	p->unit = directed ? "unit" : "column";
}

/* (L*D, N, width), or without N. */
static void locate_state(const gm_spec *spec, const gm_tensor *tensor, size_t index, location *p)
{
	size_t width = tensor->dim[tensor->rank - 1], outer = index / width, D = gm_directions(&spec->problem);
	size_t N = tensor->rank == 3 ? tensor->dim[1] : 1, stack = outer / N;

	if (spec->problem.num_layers > 1)
		set_axis(p, AXIS_LAYER, stack / D, spec->problem.num_layers);
	if (D > 1)
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

	if (!projection && G > 1)
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

__attribute__((format(printf, 2, 3))) static void append(char text[96], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, 96 - used, format, arguments);
	va_end(arguments);
}

static void append_run(char text[96], const char *name, size_t first, size_t last)
{
	if (last > first)
		append(text, " %ss %zu..%zu", name, first, last);
	else
		append(text, " %s %zu", name, first);
}

void location_text(const gm_spec *spec, const location *p, size_t last, char text[96])
{
	axis run = location_run_axis(p);
	size_t unit_last = run == AXIS_UNIT ? last : p->at[AXIS_UNIT];

	text[0] = 0;
	if (p->extent[AXIS_STEP])
		append(text, " t=%zu", p->at[AXIS_STEP]);
	if (p->extent[AXIS_LAYER])
		append(text, " layer %zu", p->at[AXIS_LAYER]);
	if (p->extent[AXIS_DIRECTION])
		append(text, p->at[AXIS_DIRECTION] ? " reverse" : " forward");
	if (p->extent[AXIS_ROW])
		append(text, " row %zu", p->at[AXIS_ROW]);
	if (p->extent[AXIS_GATE])
		append(text, " gate %c", gate_letter(spec->problem.cell, p->at[AXIS_GATE]));
	if (p->extent[AXIS_UNIT])
		append_run(text, p->unit, p->at[AXIS_UNIT], unit_last);
	if (p->extent[AXIS_FROM]) {
		append(text, " from");
		append_run(text, p->from, p->at[AXIS_FROM], last);
	}
	if (text[0] == ' ')
		memmove(text, text + 1, strlen(text));
}

void locate_text(const gm_spec *spec, const gm_tensor *tensor, size_t index, char text[96])
{
	location place;

	locate(spec, tensor, index, &place);
	location_text(spec, &place, place.at[location_run_axis(&place)], text);
}

void locate_name(const gm_tensor *tensor, size_t index, char text[96]) { gm_tensor_element(tensor, index, text); }
