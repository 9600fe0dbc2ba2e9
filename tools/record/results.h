/* SPDX-License-Identifier: MIT */
/* results.h - result files: JSON Lines as RESULTS.md lays down, one object a line, one write a record.
 *
 * Writing:  results_open -> results_put ... -> results_close.  Until it is closed the file has the name
 * PATH.partial and is locked, so that a second writer is refused; closing syncs and renames it, and an old PATH
 * stays intact until then.  "-" is stdout; what is no regular file is written to directly.
 * Reading:  results_load hands every record to a callback.  One torn last line (a run that was killed) is dropped
 * and counted; anything else that is no record refuses the file. */
#ifndef TOOLS_RESULTS_H
#define TOOLS_RESULTS_H

#include "record.h"

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
/* Id of this process's run, 16 hex digits, the same in every record it writes. */
const char *results_run_id(void);

/* Writes one JSON document, indented, to path as output_write does ("-": stdout). */
GM_CHECKED gm_status results_document(const char *path, const json_t *document, gm_error *error);

/* The number of what results_number wrote; fallback if value is absent (NULL) or is something else. */
double results_real(const json_t *value, double fallback);
/* Member of a record: text or "" / number or fallback. */
const char *results_text(const json_t *record, const char *key);
double results_get(const json_t *record, const char *key, double fallback);

/* Called for each record in file order.  The visitor may take what it holds over: it leaves the struct as its X_init
 * does.  Not 0 ends the reading without an error. */
typedef int record_visit(record *one, void *context);
/* As results_load below; also refused is a record that is not as fields.def says, with file, line, kind and key.
 * Records of kinds that are not known are passed over. */
GM_CHECKED gm_status results_read(const char *path, record_visit *visit, void *context, int *torn, gm_error *error);

/* Called for each record in file order; borrowed reference.  Not 0 ends the loading without an error. */
typedef int results_visit(json_t *record, void *context);
/* *torn (NULL allowed): 1 if a torn last line was dropped.  GM_BAD_FIXTURE if the file cannot be read, has no record,
 * or (with the line's number) a line is no record or of another schema.  "-" is stdin. */
GM_CHECKED gm_status results_load(const char *path, results_visit *visit, void *context, int *torn, gm_error *error);

#endif
