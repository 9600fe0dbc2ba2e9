/* SPDX-License-Identifier: MIT */
/* cli_table.h - the two tables of the command line, to walk: verbs and options.  An option's row names the verbs that
 * take it; parsing, --help, manual pages and completion need no other line. */
#ifndef TOOLS_CLI_TABLE_H
#define TOOLS_CLI_TABLE_H

#include <stddef.h>

#include "cli.h"

/* The verbs, as bits; one is in the table of verbs only if the build has it. */
enum { DOCTOR = 1, LIST = 2, CHECK = 4, BENCH = 8, CHOOSE = 16, REPORT = 32, RUN = 64, FIXTURE = 128 };

/* MAYBE: a TEXT without which it is "-"; only WORDS add up. */
enum option_kind { TEXT, MAYBE, FLAG, SEED, TIME, WORDS };

typedef struct option_row {
	unsigned verbs; /* that take it */
	const char *name, *value, *what;
	enum option_kind kind;
	size_t offset; /* in cli_options */
	int letter;    /* 0 = long only */
} option_row;

#define AT(name) offsetof(cli_options, name)

/* What a bundle leaves out is not in its help. */
#ifdef GM_BUNDLE
#define WHOLE(verbs) 0
#else
#define WHOLE(verbs) (verbs)
#endif

static const option_row option[] = {
	{LIST | CHECK | RUN, "fixtures", "PATH", "Golden files: one .h5 or a folder of them", TEXT, AT(fixtures), 0},
	{LIST | CHECK | RUN | FIXTURE, "cases", "GLOB,..", "Only these cases; !GLOB: not these", WORDS, AT(cases), 0},
	{LIST | CHECK | BENCH | RUN, "variants", "GLOB,..", "Only these variants; !GLOB: not these", WORDS, AT(variants),
     0},
	{CHECK, "pass", "fwd,bwd", "Only this pass", WORDS, AT(pass), 0},
	{CHECK, "class", "NAME", "Judge by this accuracy class: f32, f32-abs, ...", TEXT, AT(accuracy_class), 0},
	{WHOLE(LIST | CHECK), "plugin", "SO", "The variants of this shared object instead", WORDS, AT(plugin), 0},
	{WHOLE(BENCH | RUN), "plugin", "SO", "Also the variants of this shared object", WORDS, AT(plugin), 0},
	{WHOLE(CHECK), "executor", "NAME=CMD", "Workers through this emulator, as in emulate.sh", TEXT, AT(executor), 0},
	{LIST | CHECK | BENCH | RUN, "isa-cap", "NAME", "Hide what is above this ISA (gatemark list)", TEXT, AT(isa_cap),
     0},
	{CHECK | RUN, "require", "X[=HOW]", "ISA or variant that must pass: native, emulated", WORDS, AT(require), 0},
	{CHECK, "digests", "F", "Write this run's digests, compare none", TEXT, AT(digests), 0},
	{LIST | CHECK | RUN | FIXTURE, "allow-unlisted", NULL, "Take fixtures that no manifest lists", FLAG,
     AT(allow_unlisted), 0},
	{CHECK | BENCH, "no-fork", NULL, "No child processes (for a debugger)", FLAG, AT(no_fork), 0},
	{BENCH | RUN, "shapes", "NAME|FILE", "List of problems (see gatemark list)", TEXT, AT(shapes), 0},
	{BENCH | CHOOSE, "problem", "P", "This problem, as lstm_T64_N1_I128_H256/fwd", WORDS, AT(problem), 0},
	{BENCH | RUN, "quick", NULL, "Few problems, little time", FLAG, AT(quick), 0},
	{BENCH | RUN, "budget", "T", "Time for judging and timing: 90s, 20m, 1h (quick: 75s)", TIME, AT(budget), 0},
	{BENCH | RUN, "seed", "S", "Seed of the data and of the order", SEED, AT(seed_text), 0},
	{CHECK | BENCH | RUN, "timeout", "T", "Time that a call of a variant may take", TIME, AT(timeout), 0},
	{WHOLE(CHECK | REPORT), "junit", "F", "JUnit XML into this file", TEXT, AT(junit), 0},
	{DOCTOR | LIST | CHECK | BENCH | CHOOSE, "json", "F", "Records into this file, or on standard output", MAYBE,
     AT(json), 0},
	{CHECK | BENCH | RUN, "out", "DIR", "Folder of the results", TEXT, AT(out), 0},
	{CHOOSE, "decided", NULL, "Every choice has to be decided: else exit code 4", FLAG, AT(decided), 0},
	{CHOOSE | REPORT | FIXTURE, "output", "F", "File to write", TEXT, AT(output), 'o'},
	{LIST, "markdown", NULL, "The table of variants in Markdown", FLAG, AT(markdown), 0},
	{REPORT, "markdown", "F", "Markdown into this file", TEXT, AT(markdown_file), 0},
	{CHECK | BENCH | CHOOSE | REPORT | RUN, "quiet", NULL, "No progress, no notes", FLAG, AT(quiet), 'q'},
	{CHECK | BENCH | RUN, "verbose", NULL, "Every result, not only what failed", FLAG, AT(verbose), 'v'},
	{WHOLE(BENCH), "benchmark_X", "V", "Handed to Google Benchmark as it is", WORDS, AT(benchmark), 0},
};

enum { OPTIONS = sizeof option / sizeof option[0] };

typedef struct verb {
	unsigned bit;
	const char *name;
	int (*run)(const cli_options *options);
	const char *what;      /* one line */
	const char *exits;     /* what it can end with beside CLI_OK, as cli_exits */
	const char *arguments; /* of the usage line; NULL = takes none */
	const char *more;      /* below the options in --help, before its exit codes */
} verb;

#define EXITS_OF_READERS " 2 5 6 7 70 "
#define EXITS_OF_RUNNERS " 1 2 4 5 6 7 70 77 128 "

static const verb verbs[] = {
	{DOCTOR, "doctor", cmd_doctor, "What this machine is, and what on it spoils measurements", " 2 7 70 ", NULL, NULL},
	{LIST, "list", cmd_list, "Variants, cases, lists of problems, keys of result files", EXITS_OF_READERS,
     "[variants|cases|shapes|fields]..",
     "Flags of cases: w passing proves little (weak), u has unfit rows, then the case's tags."},
	{CHECK, "check", cmd_check, "Judge every variant on every case, forward and backward", EXITS_OF_RUNNERS, NULL,
     NULL},
	{BENCH, "bench", cmd_bench, "Judge, then time, every variant on every problem", EXITS_OF_RUNNERS, NULL, NULL},
	{CHOOSE, "choose", cmd_choose, "Which variant to deploy, from results", " 2 4 5 6 7 70 ", "[FILE..]",
     "Without FILE out/results.jsonl is read. A choice that is undecided or rests on disturbed blocks ends with 4 if "
     "it was asked for by --problem or --decided."},
#ifndef GM_BUNDLE
	{REPORT, "report", cmd_report, "Results to one HTML page, Markdown, JUnit", " 1 2 4 5 6 7 70 77 ", "[FILE..]",
     "It ends as the results' verdict says: 0 PASS, 1 FAIL, 4 STOPPED, PARTIAL or NO VERDICT, 77 SKIPPED.\n"
     "Without FILE out/results.jsonl is read; without an option out/report.html is written."},
	{RUN, "run", cmd_run, "check, bench, choose and report in one", EXITS_OF_RUNNERS, NULL,
     "Writes results.jsonl, junit.xml, choice.json, report.html and report.md into DIR (default: out)."},
#endif
	{FIXTURE, "fixture", cmd_fixture, "Show, verify or pack golden files", EXITS_OF_READERS,
     "show|verify|pack [PATH [CASE]]",
     "pack PATH CASE -o F writes one case as a case pack, pack PATH -o NAME.packs all of them (--cases: these); PATH "
     "is a .h5 file, a folder of them, NAME.pack or NAME.packs."},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

const verb *cli_find_verb(const char *word); /* NULL: there is none */
/* On stdout, for the build and for the shell (`gatemark help --man [VERB]`, `--words [VERB]`; v NULL: of the program):
 * the manual page as man(7) reads it; what may be written, as gatemark.bash reads it. */
void cli_man(const verb *v);
void cli_complete(const verb *v);

#endif
