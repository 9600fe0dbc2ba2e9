/* SPDX-License-Identifier: MIT */
/* results.h - result files: JSON Lines as RESULTS.md lays down, one object a line, one write a record.
 *
 * Writing:  results_open -> results_put ... -> results_close.  Until it is closed the file has the name
 * PATH.partial and is locked, so that a second writer is refused; closing syncs and renames it, and an old PATH
 * stays intact until then.  "-" is stdout; what is no regular file is written to directly.
 * Reading:  one torn last line (a run that was killed) is dropped and counted; anything else that is no record refuses
 * the file. */
#ifndef TOOLS_RESULTS_H
#define TOOLS_RESULTS_H

#include "result.h"

typedef struct results results;

/* GM_IO with path and reason; also if another process writes there. */
GM_CHECKED gm_status results_open(const char *path, results **r, gm_error *error);
/* Writes value, of the type of that kind; a record without an id of a run gets this process's.  A failed write is
 * remembered and told by results_close.  NULL r: nothing is written. */
void results_put(results *r, record_kind kind, const void *value);
/* 1 if a record could not be written: what follows is in vain. */
int results_broken(const results *r);
/* Syncs, renames, frees.  GM_IO if any record could not be written (PATH is then as it was before); *broken_pipe
 * (NULL allowed) says that only the reader of a pipe went away.  NULL r: GM_OK. */
GM_CHECKED gm_status results_close(results *r, int *broken_pipe, gm_error *error);
/* Frees without a file: PATH is as it was before.  NULL allowed. */
void results_abandon(results *r);
/* Id of this process's run, 16 hex digits, the same in every record it writes. */
const char *results_run_id(void);

/* Writes one JSON document to path as output_write does ("-": stdout), with flags of json_dumps.  GM_NO_MEMORY also for
 * a NULL json; GM_IO. */
GM_CHECKED gm_status results_document(const char *path, const json_t *json, size_t flags, gm_error *error);
#define RESULTS_INDENTED (JSON_INDENT(2) | JSON_REAL_PRECISION(17)) /* flags of documents for people too */

/* Member of an object that is a text, or "". */
const char *results_text(const json_t *record, const char *key);

/* Adds the records of a file to e in their order, and counts the file; kinds that are not known are counted.
 * GM_BAD_FIXTURE if the file cannot be read, has no record, or (with the line's number, kind and key) a line is no
 * record, of another schema or not as fields.def says; GM_NO_MEMORY.  "-" is stdin. */
GM_CHECKED gm_status results_read(const char *path, evidence *e, gm_error *error);

#endif
