/* SPDX-License-Identifier: MIT */
/* evidence.h - the records of one or several result files, merged: what `choose` and `report` decide and show from.
 *
 * Merging does not depend on the order of the files and a record given twice counts once: runs are put in order of
 * their time (then id), and of two records about the same thing the later run's wins.  The same thing is, on one
 * machine (its fingerprint): variant x case x pass of a check, problem x variant of a bench, a bit class.
 * Records are borrowed from the evidence; nothing here decides anything. */
#ifndef TOOLS_EVIDENCE_H
#define TOOLS_EVIDENCE_H

#include <jansson.h>

#include "gatemark/gatemark.h"

typedef struct evidence {
	json_t *runs;  /* object: run id -> its record of kind run; in order of time */
	json_t *check; /* array of records, as the two below */
	json_t *bits;
	json_t *bench;               /* of the same run in order of its list of problems */
	json_t *end;                 /* object: run id -> record of kind end */
	size_t files, records, torn; /* read; torn: files whose last line was cut off */
} evidence;

/* GM_IO if a file cannot be read, GM_BAD_FIXTURE if one is refused, with path and reason; *e is untouched then. */
GM_CHECKED gm_status evidence_load(const char *const *path, size_t count, evidence **e, gm_error *error);
void evidence_destroy(evidence *e); /* NULL allowed */

/* The run record that a record belongs to, or NULL. */
const json_t *evidence_run(const evidence *e, const json_t *record);
/* Fingerprint of the machine a record comes from; "" if unknown. */
const char *evidence_machine_of(const evidence *e, const json_t *record);
/* The latest run that timed something, else the latest run, else NULL: its machine is the one decided for. */
const json_t *evidence_latest(const evidence *e);
/* Number of different machines among the runs. */
size_t evidence_machines(const evidence *e);
/* Place of a variant in the table of variants; names that are not in it come behind all that are. */
size_t evidence_rank(const char *variant);
/* strcmp's order of two variants: by place in the table, then by name. */
int evidence_order(const char *a, const char *b);

#endif
