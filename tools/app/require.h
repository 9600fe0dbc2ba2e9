/* SPDX-License-Identifier: MIT */
/* require.h - --require X[=native|emulated]: coverage that must not shrink unnoticed.  X, an ISA or a variant, must
 * have passed on at least one case, on this CPU (native, also without a word) or at least under an emulator. */
#ifndef TOOLS_REQUIRE_H
#define TOOLS_REQUIRE_H

#include "conform.h"

/* Before anything runs: CLI_OK, or CLI_USAGE for a name that neither the table nor the contestants has, or another
 * word. */
int require_read(const cli_options *options, const contestants *r);
/* CLI_OK, or CLI_WRONG with a sentence for each requirement that is not met. */
int require_met(const check_summary *s);

#endif
