/* SPDX-License-Identifier: MIT */
/* locate.h - where in a network an element of a tensor is: layer, direction, gate, step, batch row, unit;
 * and how that is written. */
#ifndef REFERENCE_LOCATE_H
#define REFERENCE_LOCATE_H

#include "gatemark/tensors.h"

/* In the order in which they are named. */
typedef enum axis { AXIS_STEP, AXIS_LAYER, AXIS_DIRECTION, AXIS_ROW, AXIS_GATE, AXIS_UNIT, AXIS_FROM, AXES } axis;

typedef struct location {
	size_t at[AXES];
	size_t extent[AXES];     /* 0: the tensor has no such axis */
	const char *unit, *from; /* what the last two are called: "unit", "column", "projection" */
} location;

/* Row of a sequence tensor that is batch row n at step t. */
static inline size_t sequence_row(const gm_spec *spec, size_t t, size_t n)
{
	return spec->problem.batch_first ? n * spec->T + t : t * spec->N + n;
}

void locate(const gm_spec *spec, const gm_tensor *tensor, size_t index, location *location);
/* "t=17 row 2 gate f unit 24"; `last` > at[AXIS_UNIT] makes "units 24..31" (or of the last axis there is). */
void location_text(const gm_spec *spec, const location *location, size_t last, char text[96]);
/* The axis that runs fastest: AXIS_FROM if there is one, else AXIS_UNIT. */
axis location_run_axis(const location *location);
/* Prints behind what stands in text[size]. */
__attribute__((format(printf, 3, 4))) void location_append(char *text, size_t size, const char *format, ...);
/* Letter of a gate: i f g o, r z n; h for a plain RNN. */
char gate_letter(uint32_t cell, size_t gate);

/* What an index means: "gate f unit 7 from unit 32", "t=17 row 2 unit 24". */
void locate_text(const gm_spec *spec, const gm_tensor *tensor, size_t index, char text[96]);

#endif
