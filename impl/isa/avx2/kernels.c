/* SPDX-License-Identifier: MIT */
#include "isa/avx2/vec.h"
#include "isa/avx2/tile.h"
#include "kernels/kernels.inc"
