/* SPDX-License-Identifier: MIT */
/* host.h - what depends on the architecture but is no kernel: CPU features and the floating-point mode.
 * CMake picks one of x86.c, aarch64.c, other.c. */
#ifndef GM_HOST_H
#define GM_HOST_H

#include <stdint.h>

/* GM_CPU_* that the CPU has and the system saves the state of. */
uint64_t host_cpu_features(void);

/* Round to nearest, exceptions masked, denormals kept or flushed (GM_DENORMALS_*); returns the mode before. */
uint64_t host_fp_enter(uint32_t denormals);
void host_fp_leave(uint64_t mode);

#endif
