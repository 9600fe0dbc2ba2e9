/* SPDX-License-Identifier: MIT */
#include "isa/avx512/vec.h"
#include "isa/avx512/tile.h"
#include "kernels/kernels.inc"
