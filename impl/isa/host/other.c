/* SPDX-License-Identifier: MIT */
/* other.c - an architecture without vector kernels here: scalar runs, in the mode it finds. */
#include "host.h"

uint64_t host_cpu_features(void) { return 0; }

uint64_t host_fp_enter(uint32_t denormals) { return denormals; }

void host_fp_leave(uint64_t mode) { (void)mode; }
