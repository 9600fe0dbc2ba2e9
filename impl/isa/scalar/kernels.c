/* SPDX-License-Identifier: MIT */
/* The honest baseline: one lane, no fused operation, never vectorised (flags in CMake, audited in the object). */
#include "vec.h"
#include "tile.h"
#include "kernels/kernels.inc"
