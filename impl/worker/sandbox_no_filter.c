/* SPDX-License-Identifier: MIT */
/* sandbox_no_filter.c - in a build without libseccomp. */
#include "sandbox.h"

const char *sandbox_filter(void) { return "built without libseccomp"; }

const char *sandbox_deed(int call)
{
	(void)call;
	return "do what a variant may not";
}
