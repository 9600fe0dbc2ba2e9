/* SPDX-License-Identifier: MIT */
/* cli.h - what every verb of `gatemark` shares: options, exit codes, messages, suggestions.
 *
 * A verb is one row of a table in cli_table.h and one function `int cmd_NAME(const cli_options *)` in its own file.  An
 * option is one row of a second table: the verbs that take it, name, meaning, member of cli_options; --help, parsing
 * and the suggestion of the nearest name need no other line.
 * A verb returns a cli_exit and prints data on stdout, everything else on stderr. */
#ifndef TOOLS_CLI_H
#define TOOLS_CLI_H

#include "gatemark/gatemark.h"

typedef enum cli_exit {
	CLI_OK = 0,       /* all that was asked ran and passed */
	CLI_WRONG = 1,    /* conformance failure */
	CLI_USAGE = 2,    /* usage, or a literal name that does not exist */
	CLI_SLOW = 3,     /* conformance fine, speed outside given limits */
	CLI_NOISY = 4,    /* inconclusive: not all that was asked for was judged or timed */
	CLI_NOTHING = 5,  /* nothing ran */
	CLI_REFUSED = 6,  /* input refused: fixture, plug-in, result or choice file */
	CLI_NO_WRITE = 7, /* a result cannot be written */
	CLI_INTERNAL = 70,
	CLI_SKIPPED = 77, /* everything a glob or the default named was skipped for lack of ISA */
	CLI_SIGNAL = 128  /* + number of the signal that ended the run */
} cli_exit;

/* The one that wins when two things happened: 128+n, 70, 7, 6, 2, 1, 3, 4, 5, 77, 0.  Any other value counts
 * as CLI_INTERNAL. */
int cli_worse(int a, int b);
/* "Exit: 0 all well, 2 usage, ...": what stands for CLI_OK and these codes (" 2 70 "; NULL: all of them) in a help. */
void cli_exits(const char *codes, char text[200]);
/* Exit code of a library's status: GM_BAD_FIXTURE and GM_BAD_PLUGIN 6, GM_MISMATCH, GM_CRASHED and GM_TIMEOUT 1,
 * GM_UNSUPPORTED and GM_NO_CPU 5, GM_BAD_ARGUMENT and GM_BAD_SHAPE 2, GM_IO 7, else 70. */
int cli_exit_of(gm_status status);

typedef struct cli_list { /* of what may be given more than once: the values in order, as given */
	char **text;
	size_t count;
} cli_list;

typedef struct cli_time {
	const char *text; /* as given; NULL = not */
	double seconds;
} cli_time;

typedef struct cli_options {    /* NULL or 0 = not given */
	const char *verb;           /* "check" */
	const char *fixtures;       /* --fixtures PATH */
	cli_list cases;             /* --cases GLOB[,GLOB] */
	cli_list variants;          /* --variants GLOB[,GLOB] */
	cli_list pass;              /* --pass fwd,bwd */
	const char *accuracy_class; /* --class NAME */
	cli_list plugin;            /* --plugin SO */
	const char *executor;       /* --executor NAME=COMMAND WORKER */
	const char *isa_cap;        /* --isa-cap NAME */
	const char *digests;        /* --digests F */
	cli_list require;           /* --require X[=HOW][,..] */
	const char *shapes;         /* --shapes NAME or FILE */
	cli_list problem;           /* --problem P */
	const char *output;         /* -o F, --output=F */
	const char *markdown_file;  /* report: --markdown=F */
	const char *junit;          /* --junit F */
	const char *json;           /* --json[=F]; "-" without F: records on stdout */
	const char *out;            /* --out DIR */
	cli_time budget, timeout;   /* --budget T, --timeout T */
	const char *seed_text;      /* --seed S; seed below is its value */
	uint64_t seed;
	int markdown; /* list: --markdown */
	int allow_unlisted, decided, no_fork, quick, quiet, verbose;
	cli_list arg;       /* what is no option: files, actions */
	cli_list benchmark; /* bench: --benchmark_* */
	char *const *argv;  /* the whole command line, for the run record */
	size_t argc;
} cli_options;

int cmd_doctor(const cli_options *options);
int cmd_list(const cli_options *options);
int cmd_check(const cli_options *options);
int cmd_bench(const cli_options *options);
int cmd_choose(const cli_options *options);
int cmd_report(const cli_options *options);
int cmd_run(const cli_options *options);
int cmd_fixture(const cli_options *options);

/* The whole program but main(): finds the verb, parses, runs it, flushes stdout (CLI_NO_WRITE if that fails). */
int cli_main(int argc, char **argv);

/* "gatemark: <message>" on stderr; returns code, so `return cli_fail(CLI_REFUSED, "%s", error.message);` */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int cli_fail(int code, const char *format, ...);
/* CLI_OK for GM_OK; else the error as a message, and CLI_INTERNAL without memory, else code; 0: that of cli_exit_of. */
int cli_status(gm_status status, int code, const gm_error *error);
/* As cli_fail(CLI_USAGE, ...) with the line "Try 'gatemark VERB --help'." below. */
int cli_usage(const cli_options *options, const char *message);

/* The name most like text (edit distance at most a third of its length, at least 2), or NULL. */
const char *cli_nearest(const char *text, const char *const *names, size_t count);
/* Says on stderr that there is no such WHAT, with the nearest name; returns CLI_USAGE. */
int cli_unknown(const char *what, const char *text, const char *const *names, size_t count);
/* The index of text among the names; as cli_unknown if it is none of them. */
int cli_find(const char *what, const char *text, const char *const *names, size_t count, size_t *index);

/* The values joined by commas; malloc'ed, NULL without memory. */
char *cli_joined(const cli_list *list);

/* Folder or file to take fixtures from: --fixtures, else $GATEMARK_FIXTURES, else those that were installed with the
 * program, found from where it lies (a build tree has a link there); "" in a bundle, which carries them.  Static
 * storage. */
const char *cli_fixtures_path(const cli_options *options);
/* How to call that path in a message. */
const char *cli_fixtures_name(const char *path);

#endif
