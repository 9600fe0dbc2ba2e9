/* SPDX-License-Identifier: MIT */
/* place.h - where in a network an element of a tensor is: layer, direction, gate, step, row, unit.  Used by
 * place.c (names for one element) and explain.c (patterns over many); nobody else includes this. */
#ifndef REFERENCE_PLACE_H
#define REFERENCE_PLACE_H

#include "judge.h"

/* In the order in which they are named. */
typedef enum axis { AXIS_STEP, AXIS_LAYER, AXIS_DIRECTION, AXIS_ROW, AXIS_GATE, AXIS_UNIT, AXIS_FROM, AXES } axis;

typedef struct place {
	size_t at[AXES];
	size_t extent[AXES];     /* 0: the tensor has no such axis */
	const char *unit, *from; /* what the last two are called: "unit", "column", "projection" */
} place;

void place_of(const gm_spec *spec, const gm_tensor *tensor, size_t index, place *place);
/* "t=17 row 2 gate f unit 24"; `last` > at[AXIS_UNIT] makes "units 24..31" (or of the last axis there is). */
void place_text(const gm_spec *spec, const place *place, size_t last, char text[96]);
/* The axis that runs fastest: AXIS_FROM if there is one, else AXIS_UNIT. */
axis place_run_axis(const place *place);
/* Letter of a gate: i f g o, r z n; h for a plain RNN. */
char place_gate(uint32_t cell, size_t gate);

#endif
