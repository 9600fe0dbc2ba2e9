/* SPDX-License-Identifier: MIT */
/* tensors.c - the table of every tensor that belongs to a problem: names, roles, shapes, one fixed order.
 * A kind is a row below; its shape is a word of axis letters. */
#include "core.h"

#include "base/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* When a problem has tensors of a kind. */
typedef enum need { ALWAYS, IF_C, IF_LENGTHS, IF_DROPOUT, IF_BIAS, IF_PROJECTION } need;
/* How many: one for all, one a layer but the last, or one a layer and direction. */
typedef enum per { ONCE, PER_INNER_LAYER, PER_DIRECTION } per;

/* Axes: T and N are laid out as the problem says (batch_first, unbatched).
 *   X input_size   Y D*R   S L*D   R state   H hidden   A G*H   W input of the layer   P projection */
static const struct kind_row {
	const char *name;
	const char *axes;
	gm_role role;
	need when;
	per count;
} kinds[GM_KINDS] = {
	[GM_INPUT] = {"input", "TNX", GM_ROLE_INPUT, ALWAYS, ONCE},
	[GM_H_0] = {"h_0", "SNR", GM_ROLE_INPUT, ALWAYS, ONCE},
	[GM_C_0] = {"c_0", "SNH", GM_ROLE_INPUT, IF_C, ONCE},
	[GM_LENGTHS] = {"lengths", "N", GM_ROLE_INPUT, IF_LENGTHS, ONCE},
	[GM_DROPOUT_MASK] = {"dropout_mask", "TNY", GM_ROLE_INPUT, IF_DROPOUT, PER_INNER_LAYER},
	[GM_WEIGHT_IH] = {"weight_ih", "AW", GM_ROLE_WEIGHT, ALWAYS, PER_DIRECTION},
	[GM_WEIGHT_HH] = {"weight_hh", "AR", GM_ROLE_WEIGHT, ALWAYS, PER_DIRECTION},
	[GM_BIAS_IH] = {"bias_ih", "A", GM_ROLE_WEIGHT, IF_BIAS, PER_DIRECTION},
	[GM_BIAS_HH] = {"bias_hh", "A", GM_ROLE_WEIGHT, IF_BIAS, PER_DIRECTION},
	[GM_WEIGHT_HR] = {"weight_hr", "PH", GM_ROLE_WEIGHT, IF_PROJECTION, PER_DIRECTION},
	[GM_GRAD_OUTPUT] = {"grad_output", "TNY", GM_ROLE_UPSTREAM, ALWAYS, ONCE},
	[GM_GRAD_H_N] = {"grad_h_n", "SNR", GM_ROLE_UPSTREAM, ALWAYS, ONCE},
	[GM_GRAD_C_N] = {"grad_c_n", "SNH", GM_ROLE_UPSTREAM, IF_C, ONCE},
	[GM_OUTPUT] = {"output", "TNY", GM_ROLE_OUTPUT, ALWAYS, ONCE},
	[GM_H_N] = {"h_n", "SNR", GM_ROLE_OUTPUT, ALWAYS, ONCE},
	[GM_C_N] = {"c_n", "SNH", GM_ROLE_OUTPUT, IF_C, ONCE},
	[GM_GRAD_INPUT] = {"grad_input", "TNX", GM_ROLE_GRAD, ALWAYS, ONCE},
	[GM_GRAD_H_0] = {"grad_h_0", "SNR", GM_ROLE_GRAD, ALWAYS, ONCE},
	[GM_GRAD_C_0] = {"grad_c_0", "SNH", GM_ROLE_GRAD, IF_C, ONCE},
	[GM_GRAD_WEIGHT_IH] = {"grad_weight_ih", "AW", GM_ROLE_GRAD, ALWAYS, PER_DIRECTION},
	[GM_GRAD_WEIGHT_HH] = {"grad_weight_hh", "AR", GM_ROLE_GRAD, ALWAYS, PER_DIRECTION},
	[GM_GRAD_BIAS_IH] = {"grad_bias_ih", "A", GM_ROLE_GRAD, IF_BIAS, PER_DIRECTION},
	[GM_GRAD_BIAS_HH] = {"grad_bias_hh", "A", GM_ROLE_GRAD, IF_BIAS, PER_DIRECTION},
	[GM_GRAD_WEIGHT_HR] = {"grad_weight_hr", "PH", GM_ROLE_GRAD, IF_PROJECTION, PER_DIRECTION},
};

static int needed(need when, const gm_problem *p)
{
	switch (when) {
	case ALWAYS: return 1;
	case IF_C: return (cell_of(p)->traits & CELL_HAS_C) != 0;
	case IF_LENGTHS: return p->lengths != 0;
	case IF_DROPOUT: return p->dropout > 0;
	case IF_BIAS: return p->bias != 0;
	case IF_PROJECTION: return p->proj_size != 0;
	}
	return 0;
}

static size_t kind_layers(const struct kind_row *kind, const gm_problem *p)
{
	switch (kind->count) {
	case ONCE: return 1;
	case PER_INNER_LAYER: return p->num_layers - 1;
	case PER_DIRECTION: break;
	}
	return p->num_layers;
}

static size_t axis_size(char axis, const gm_spec *spec, size_t layer)
{
	const gm_problem *p = &spec->problem;

	switch (axis) {
	case 'T': return spec->T;
	case 'N': return spec->N;
	case 'X': return p->input_size;
	case 'Y': return gm_directions(p) * gm_state_size(p);
	case 'S': return p->num_layers * gm_directions(p);
	case 'R': return gm_state_size(p);
	case 'H': return p->hidden_size;
	case 'A': return gm_gates(p->cell) * p->hidden_size;
	case 'W': return gm_layer_input(p, layer);
	default: return p->proj_size;
	}
}

/* The axes as this problem lays them out: "TNX" becomes "NTX" with batch_first and "TX" unbatched. */
static void problem_axes(const char *axes, const gm_problem *p, char out[4])
{
	size_t n = 0;

	for (const char *axis = axes; *axis; axis++)
		if (!(p->unbatched && *axis == 'N'))
			out[n++] = *axis;
	out[n] = '\0';
	if (p->batch_first && strncmp(out, "TN", 2) == 0)
		memcpy(out, "NT", 2);
}

static int fill_row(gm_tensor *row, gm_kind kind, const gm_spec *spec, size_t layer, size_t direction)
{
	const struct kind_row *k = &kinds[kind];
	const char *format = k->count == ONCE ? "%s" : direction ? "%s_l%zu_reverse" : "%s_l%zu";
	char axes[4];

	*row = (gm_tensor){.kind = kind, .role = k->role, .layer = layer, .direction = direction, .count = 1};
	row->dtype = kind == GM_LENGTHS ? GM_DTYPE_I64 : GM_DTYPE_F32;
	snprintf(row->name, sizeof row->name, format, k->name, layer);
	problem_axes(k->axes, &spec->problem, axes);
	row->rank = strlen(axes);
	for (size_t i = 0; i < row->rank; i++) {
		row->dim[i] = axis_size(axes[i], spec, layer);
		if (!gm_mul(row->count, row->dim[i], &row->count))
			return 0;
	}
	return row->count <= SIZE_MAX / 16;
}

/* Fills rows (NULL: only counts); the count, or 0 if a size overflows. */
static size_t fill_rows(gm_tensor *rows, const gm_spec *spec)
{
	const gm_problem *p = &spec->problem;
	size_t count = 0;

	for (int kind = 0; kind < GM_KINDS; kind++) {
		size_t directions = kinds[kind].count == PER_DIRECTION ? gm_directions(p) : 1;

		if (!needed(kinds[kind].when, p))
			continue;
		for (size_t layer = 0; layer < kind_layers(&kinds[kind], p); layer++)
			for (size_t d = 0; d < directions; d++, count++)
				if (rows && !fill_row(&rows[count], (gm_kind)kind, spec, layer, d))
					return 0;
	}
	return count;
}

gm_status gm_tensors_create(const gm_spec *spec, gm_tensors **tensors, gm_error *error)
{
	gm_spec whole = *spec;
	gm_tensors *made;
	size_t count;

	GM_TRY(gm_problem_read(&spec->problem, &whole.problem, error));
	spec = &whole;
	if (!spec->T || !spec->N)
		return gm_fail(error, GM_BAD_SHAPE, "T is %zu and N is %zu, both must be at least 1", spec->T, spec->N);
	count = fill_rows(NULL, spec);
	made = malloc(sizeof *made + count * sizeof *made->row);
	if (!made)
		return gm_fail(error, GM_NO_MEMORY, "no memory for a table of %zu tensors", count);
	made->count = count;
	made->row = (gm_tensor *)(made + 1);
	if (!fill_rows(made->row, spec)) {
		free(made);
		return gm_fail(error, GM_BAD_SHAPE, "T %zu, N %zu make a tensor too large to address", spec->T, spec->N);
	}
	*tensors = made;
	return GM_OK;
}

void gm_tensors_destroy(gm_tensors *tensors) { free(tensors); }

size_t gm_tensors_index(const gm_tensors *tensors, gm_kind kind, size_t layer, size_t direction)
{
	for (size_t i = 0; i < tensors->count; i++) {
		const gm_tensor *row = &tensors->row[i];

		if (row->kind == kind && row->layer == layer && row->direction == direction)
			return i;
	}
	return GM_NO_TENSOR;
}

size_t gm_tensors_find(const gm_tensors *tensors, const char *name)
{
	for (size_t i = 0; i < tensors->count; i++)
		if (strcmp(tensors->row[i].name, name) == 0)
			return i;
	return GM_NO_TENSOR;
}

void gm_tensor_element(const gm_tensor *tensor, size_t index, char text[96])
{
	size_t at[3] = {0};
	int used = snprintf(text, 96, "%s", tensor->name);

	for (size_t axis = tensor->rank; axis-- > 0; index /= tensor->dim[axis])
		at[axis] = index % tensor->dim[axis];
	for (size_t axis = 0; axis < tensor->rank; axis++)
		used += snprintf(text + used, 96 - (size_t)used, "%c%zu", axis ? ',' : '[', at[axis]);
	snprintf(text + used, 96 - (size_t)used, "]");
}

size_t gm_dtype_bytes(gm_dtype dtype) { return dtype == GM_DTYPE_F32 ? 4 : 8; }
