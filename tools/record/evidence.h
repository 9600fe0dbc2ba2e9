/* SPDX-License-Identifier: MIT */
/* evidence.h - the results of one or several runs, merged: what `choose` and `report` decide and show from.
 *
 * Results come from files or, as they are emitted, from this process.  Merging does not depend on the order of the
 * files and a record given twice counts once: runs are put in order of their time (then id), and of two records about
 * the same thing the later run's wins.  The same thing is, on one machine (its fingerprint): variant x case x pass of a
 * check, problem x variant of a bench, a bit class.  Variants go by their present names.  Nothing here decides
 * anything.  The type is of fields.def: runs in order of time, benches of a run in order of its list of problems. */
#ifndef RECORD_EVIDENCE_H
#define RECORD_EVIDENCE_H

#include "result.h"

/* Adds a copy of a result, of this run if it names none.  GM_NO_MEMORY. */
GM_CHECKED gm_status evidence_add(evidence *e, record_kind kind, const void *value, gm_error *error);
/* Adds the results of files and merges.  What results_read returns, with path and reason; *e is empty then. */
GM_CHECKED gm_status evidence_read(evidence *e, const char *const *path, size_t count, gm_error *error);
/* Puts what was added in order, without doubles.  GM_NO_MEMORY. */
GM_CHECKED gm_status evidence_merge(evidence *e, gm_error *error);

/* The run of that id, or one of which nothing is known. */
const run_begin *evidence_run(const evidence *e, const char *id);
/* The same, but the first run of e for an id that none has: records of this process name none. */
const run_begin *evidence_run_or_first(const evidence *e, const char *id);
/* Fingerprint of the machine that a run of that id was on; "" if unknown. */
const char *evidence_machine(const evidence *e, const char *id);
/* The latest run that timed something, else the latest run, else as above: its machine is the one decided for. */
const run_begin *evidence_latest(const evidence *e);
/* The machines (fingerprints) that results are of, "" where no run record says; name is to be freed. */
names evidence_machines(const evidence *e);
/* The end of the run of that id; NULL: it was killed, or it goes on. */
const run_end *evidence_end(const evidence *e, const char *id);
/* strcmp's order of two variants: by place in the table of variants, behind all of it by name. */
int evidence_order(const char *a, const char *b);

#endif
