/* SPDX-License-Identifier: MIT */
/* ref_run.h - one run of the reference: the layers of a problem and the sequences between them.
 * ref.c checks and owns it; ref_bind.c moves values between the caller's layouts and time-major rows. */
#ifndef REFERENCE_REF_RUN_H
#define REFERENCE_REF_RUN_H

#include "ref_layer.h"

typedef struct ref_run_state {
	const gm_spec *spec;
	const gm_tensors *tensors;
	double *const *value; /* the caller's, by row of tensors */
	size_t T, N, L, D, R;
	int backward;
	size_t *order[2]; /* of ref_schedule, for each direction */
	size_t steps;
	double *zeros;    /* stands for every absent state and weight */
	double **x;       /* L+1 sequences: x[k] (T, N, width of layer k's input), x[L] (T, N, D*R) the output */
	double *dy;       /* (T, N, D*R) gradient at the output of the layer in hand */
	double *dx[2];    /* (T, N, width) one a direction */
	ref_layer *layer; /* L*D */
} ref_run_state;

/* value of a tensor, NULL if the problem has none such or the caller gave none. */
double *ref_value(const ref_run_state *run, gm_kind kind, size_t layer, size_t direction);
/* (N, width) of a state tensor's entry for a (layer, direction), zeros if absent. */
const double *ref_state_in(const ref_run_state *run, gm_kind kind, size_t index, size_t width);
void ref_state_out(const ref_run_state *run, gm_kind kind, size_t index, size_t width, const double *from);
/* Element offset of row (t, n) of a sequence tensor in the caller's layout. */
size_t ref_sequence_row(const ref_run_state *run, size_t t, size_t n, size_t width);
/* Between a sequence tensor and time-major rows; padding is neither read from the caller nor left unwritten (+0). */
void ref_sequence_in(const ref_run_state *run, gm_kind kind, size_t width, double *to);
void ref_sequence_out(const ref_run_state *run, gm_kind kind, size_t width, const double *from);
void ref_trace_out(const ref_layer *layer, const ref_trace *trace);

#endif
