/* SPDX-License-Identifier: MIT */
/* contract_vec.c - compiled once per ISA with that ISA's flags; CMake names its vec.h, or none: not in this build. */
#ifdef CONTRACT_VEC
#include CONTRACT_VEC
#include "contract_vec.inc"
#else
#include "contract_vec.h"

const vec_table CONTRACT_TABLE = {.lanes = 0};
#endif
