/* SPDX-License-Identifier: MIT */
/* markdown.h - the report for a pull request: verdict first, tables cut to a budget, details folded, and what was cut
 * said in words. */
#ifndef TOOLS_MARKDOWN_H
#define TOOLS_MARKDOWN_H

#include "report_parts.h"

enum { MARKDOWN_BYTES = 60 * 1024 }; /* a comment of a pull request holds 64 KiB */

/* Less than MARKDOWN_BYTES of text; malloc'ed, NULL without memory. */
char *markdown_of(const report_view *view);

#endif
