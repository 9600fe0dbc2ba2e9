/* SPDX-License-Identifier: MIT */
/* readings.h - how else can the weights of a problem be read?  A wrong result is often the right one of another
 * convention: gates in another order (ONNX: i o f c), a reset gate that acts before the product, a bias left out.  The
 * double reference tries them. */
#ifndef REFERENCE_READINGS_H
#define REFERENCE_READINGS_H

#include "budget/budget.h"

typedef void judge_reading(void *context, const char *name);

/* Tells each the name of every reading whose outputs are got[row] wherever within[row], the largest error of an
 * element, is over 0: "gates look like i o f g (ONNX)".  Problems of more than READINGS_FLOPS
 * are not tried; without memory nothing is told.  1 if they were tried. */
#define READINGS_FLOPS 4e5
int judge_readings(const judge_problem *problem, const float *const *got, const double *within, judge_reading *each,
                   void *context);

#endif
