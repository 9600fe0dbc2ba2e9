/* SPDX-License-Identifier: MIT */
/* report.h - results to one HTML page that needs no network, and to Markdown that fits a pull request.
 *
 *   evidence -> report_data (a view: everything shown, decided and in order)
 *            -> report_head, _tables, _checks, _csv, _chart  +  template.html, report.css, report.js, Chart.js
 *            -> markdown
 * The same input gives the same bytes. */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "record/evidence.h"

/* Writes the HTML page to html and the Markdown to markdown (each NULL = not wanted, "-" = stdout).  GM_UNSUPPORTED: no
 * check and no bench record; GM_IO; GM_NO_MEMORY. */
GM_CHECKED gm_status report_write(const evidence *e, const char *html, const char *markdown, gm_error *error);

#endif
