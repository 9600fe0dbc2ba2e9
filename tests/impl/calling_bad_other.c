/* SPDX-License-Identifier: MIT */
/* calling_bad_other.c - on an architecture without a trampoline. */
#include "calling_bad.h"

const calling_bad calling_bad_functions[] = {{0}};
