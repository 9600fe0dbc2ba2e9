/* SPDX-License-Identifier: MIT */
#include "isa/emu16/vec.h"
#include "isa/emu16/tile.h"
#include "kernels/kernels.inc"
