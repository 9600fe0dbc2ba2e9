/* SPDX-License-Identifier: MIT */
#include "isa/neon/vec.h"
#include "isa/neon/tile.h"
#include "kernels/kernels.inc"
