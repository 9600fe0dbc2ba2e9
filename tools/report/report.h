/* SPDX-License-Identifier: MIT */
/* report.h - results to one HTML page that needs no network, to Markdown that fits a pull request, and to JUnit.
 *
 *   evidence -> report_data (a view: everything shown, decided and in order)
 *            -> report_head, _tables, _checks, _embed  +  template.html, report.css, report.js, Chart.js
 *            -> markdown
 * The same input gives the same bytes. */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "record/evidence.h"

/* Writes the HTML page to html and the Markdown to markdown (each NULL = not wanted, "-" = stdout).  GM_UNSUPPORTED: no
 * run, no check and no bench record; GM_IO; GM_NO_MEMORY. */
GM_CHECKED gm_status report_write(const evidence *e, const char *html, const char *markdown, gm_error *error);

/* The checks of e as JUnit XML that GitLab, Jenkins and GitHub actions read.  Suites, one a variant and machine, stand
 * in the order in which these first name them, with the properties of their run; a check whose run is not there belongs
 * to the first.  What keeps the verdict from being PASS and is no check stands before them.
 * GM_IO with path and reason; GM_NO_MEMORY. */
GM_CHECKED gm_status junit_write(const char *path, const evidence *e, gm_error *error);

#endif
