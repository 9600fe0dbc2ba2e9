/* SPDX-License-Identifier: MIT */
/* executor.h - workers that run through something else than this CPU: an emulator, for ISAs that the machine lacks.
 * Its name stands in every record; nothing that ran there is ever timed. */
#ifndef TOOLS_EXECUTOR_H
#define TOOLS_EXECUTOR_H

#include "gatemark/gatemark.h"

enum { EXECUTOR_WORDS = 24 };

typedef struct executor {
	char name[40];                         /* "qemu-aarch64-7.2" */
	const char *words[EXECUTOR_WORDS + 1]; /* before the program, NULL at the end */
	const char *program;                   /* a gatemark-worker built for it */
	char *text;                            /* owns the words */
} executor;

/* From "NAME=COMMAND.. WORKER", words parted by blanks.  GM_BAD_ARGUMENT with what is missing; GM_NO_MEMORY. */
GM_CHECKED gm_status executor_parse(const char *text, executor *e, gm_error *error);
void executor_free(executor *e);
/* Of records: its name, "native" for NULL. */
const char *executor_name(const executor *e);

#endif
