/* SPDX-License-Identifier: MIT */
/* The table of an ISA that this build has no kernels for: CMake compiles it once per missing table, by GM_TABLE. */
#include "kernels/kernels.h"

extern const gm_kernels GM_TABLE;

const gm_kernels GM_TABLE = {.lanes = 0};
