/* SPDX-License-Identifier: MIT */
/* run_program.h - runs a program of the build and keeps what came of it: exit code, stdout, stderr.  A fresh folder a
 * test, and files in it. */
#ifndef TESTS_RUN_PROGRAM_H
#define TESTS_RUN_PROGRAM_H

#include <sys/types.h>

enum { RUN_LATE = -1, RUN_SECONDS = 240 }; /* how long a command may take */

typedef struct outcome {
	int code;        /* exit code, or 128 + signal; RUN_LATE: it took too long and was ended */
	char *out, *err; /* NUL-terminated; owned */
} outcome;

/* Runs $GM_BIN/gatemark through sh: "ulimit ...; gatemark check ...", where the word "gatemark" stands for its path.
 * stdin is empty, both outputs are pipes, TERM is dumb. */
outcome run_shell(const char *command);
/* The same for a command of printf's form that must end with code; prints what came of it otherwise. */
outcome expect(int code, const char *format, ...);
void outcome_free(outcome *o);
/* From now on this process inherits what a command leaves behind. */
void processes_inherit(void);
/* Ends what still runs a second later of all that this process started or inherited; how many there were. */
size_t processes_end(void);

/* Set-up and tear-down of tests that have a fresh folder; the path of a file in it (static storage). */
extern char *folder;
int open_folder(void **state);
int close_folder(void **state);
const char *in_folder(const char *name);
void assert_in(const char *text, const char *part); /* fails with both if part is not in text (NULL: in none) */

char *scratch_open(void);                              /* path of a new folder; owned by the caller */
void scratch_close(char *folder);                      /* removes it with all in it, frees the path */
char *file_text(const char *folder, const char *name); /* whole file, NUL-terminated; NULL if it cannot be read */
void file_put(const char *folder, const char *name, const char *text);
size_t count_of(const char *text, const char *part); /* occurrences */
size_t widest_line(const char *text);
/* $GM_LIB/plugin_NAME.so; static storage. */
const char *plugin_path(const char *name);

#endif
