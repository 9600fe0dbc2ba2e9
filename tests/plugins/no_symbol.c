/* SPDX-License-Identifier: MIT */
/* no_symbol.c - a shared object that is no plug-in. */
int gatemark_has_no_symbol_here(void);

__attribute__((visibility("default"))) int gatemark_has_no_symbol_here(void) { return 1; }
