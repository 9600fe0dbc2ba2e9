/* SPDX-License-Identifier: MIT */
/* report.h - result files to one HTML page that needs no network, and to Markdown that fits a pull request.
 *
 *   evidence -> report_data (one JSON object: everything shown, already decided and in order)
 *            -> report_html_* (tables and text)  +  template.html, report.css, report.js, Chart.js (embedded)
 *            -> markdown
 * The same input gives the same bytes. */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "evidence.h"

/* Writes the HTML page to html and the Markdown to markdown (each NULL = not wanted, "-" = stdout), from `count`
 * result files.  Returns a cli_exit: CLI_OK; CLI_REFUSED (an input), CLI_NOTHING (no check and no bench record),
 * CLI_NO_WRITE, CLI_INTERNAL. */
int report_write(const char *const *path, size_t count, const char *html, const char *markdown, gm_error *error);
/* Writes their check results as JUnit (junit.h); codes as above. */
int report_junit(const char *const *path, size_t count, const char *junit, gm_error *error);

#endif
