/* SPDX-License-Identifier: MIT */
/* incidents.h - what keeps a verdict from being PASS and is no check: page, Markdown and JUnit say what stands here. */
#ifndef TOOLS_REPORT_INCIDENTS_H
#define TOOLS_REPORT_INCIDENTS_H

#include "record/evidence.h"

typedef enum incident_kind {
	INCIDENT_INCOMPLETE, /* the results of a machine are not all that was asked for: the bar at the top says so */
	INCIDENT_FIXTURE,    /* refused, .. */
	INCIDENT_PLUGIN,     /* .. both */
	INCIDENT_REQUIRED,   /* and not met */
	INCIDENT_WRONG,      /* a contestant was judged wrong where it was to be timed, .. */
	INCIDENT_BROKEN,     /* .. or could not be timed */
	INCIDENT_KINDS
} incident_kind;

typedef struct incident_words {
	const char *word;             /* for people: "REJECTED" */
	const char *classname, *type; /* of JUnit */
	int failure;                  /* 1: what JUnit calls a failure, 0: an error */
} incident_words;
extern const incident_words incident_row[INCIDENT_KINDS];

typedef struct incident {
	incident_kind kind;
	char machine[17];             /* fingerprint */
	char name[400], message[600]; /* what it befell; why: "" if the name is all there is to say */
} incident;

typedef struct incidents {
	incident *list; /* in the order of their kinds but the last two, which are mixed */
	size_t count;
} incidents;

/* Those of runs that count; the list is to be freed.  GM_NO_MEMORY. */
GM_CHECKED gm_status incidents_find(const evidence *e, incidents *found, gm_error *error);

#endif
