/* SPDX-License-Identifier: MIT */
#include "vec.h"
#include "tile.h"
#include "kernels/kernels.inc"
