/* SPDX-License-Identifier: MIT */
/* cli.c - the two tables of the command line (options, verbs) and what is done with them.  A verb's row names its
 * options; parsing, --help and suggestions follow from the rows. */
#define _GNU_SOURCE
#include "cli.h"

#include <argp.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "about.h"
#include "terminal.h"

enum option_id {
	OPT_END,
	OPT_FIXTURES,
	OPT_CASES,
	OPT_VARIANTS,
	OPT_PASS,
	OPT_CLASS,
	OPT_PLUGIN_INSTEAD,
	OPT_PLUGIN_BESIDE,
	OPT_ALLOW_UNLISTED,
	OPT_NO_FORK,
	OPT_EXECUTOR,
	OPT_ISA_CAP,
	OPT_REQUIRE,
	OPT_DIGESTS,
	OPT_SHAPES,
	OPT_PROBLEM,
	OPT_QUICK,
	OPT_SEED,
	OPT_JUNIT,
	OPT_JSON,
	OPT_OUT,
	OPT_OUTPUT,
	OPT_MARKDOWN,
	OPT_MARKDOWN_FILE,
	OPT_QUIET,
	OPT_VERBOSE,
	OPT_BENCHMARK,
	OPTIONS
};

enum option_kind { TEXT, FLAG, SEED, LIST }; /* only a LIST may be given twice with another value */

typedef struct option_row {
	const char *name;
	int letter; /* 0 = long only */
	const char *value;
	const char *what;
	enum option_kind kind;
	size_t offset; /* in cli_options */
	int optional;  /* the value may be left out */
} option_row;

#define AT(name) offsetof(cli_options, name)

#define CPU(bit, name, cap, brings) ", " cap
static const char isa_cap[] = "Hide above scalar"
#include "base/cpu.def"
	;
#undef CPU

static const option_row option[OPTIONS] = {
	[OPT_FIXTURES] = {"fixtures", 0, "PATH", "Golden files: one .h5 or a folder of them", TEXT, AT(fixtures), 0},
	[OPT_CASES] = {"cases", 0, "GLOB,..", "Only these cases; !GLOB: not these", LIST, AT(cases), 0},
	[OPT_VARIANTS] = {"variants", 0, "GLOB,..", "Only these variants; !GLOB: not these", LIST, AT(variants), 0},
	[OPT_PASS] = {"pass", 0, "fwd,bwd", "Only this pass", LIST, AT(pass), 0},
	[OPT_CLASS] = {"class", 0, "NAME", "Judge by this accuracy class: f32, f32-abs, ...", TEXT, AT(accuracy_class), 0},
	[OPT_PLUGIN_INSTEAD] = {"plugin", 0, "SO", "The variants of this shared object instead", LIST, AT(plugin), 0},
	[OPT_PLUGIN_BESIDE] = {"plugin", 0, "SO", "Also the variants of this shared object", LIST, AT(plugin), 0},
	[OPT_EXECUTOR] = {"executor", 0, "NAME=CMD", "Workers through this emulator, as in emulate.sh", TEXT, AT(executor),
                      0},
	[OPT_REQUIRE] = {"require", 0, "X[=HOW]", "ISA or variant that must pass: native, emulated", LIST, AT(require), 0},
	[OPT_DIGESTS] = {"digests", 0, "F", "Write this run's digests, compare none", TEXT, AT(digests), 0},
	[OPT_ISA_CAP] = {"isa-cap", 0, "NAME", isa_cap, TEXT, AT(isa_cap), 0},
	[OPT_ALLOW_UNLISTED] = {"allow-unlisted", 0, NULL, "Take fixtures that no manifest lists", FLAG, AT(allow_unlisted),
                            0},
	[OPT_NO_FORK] = {"no-fork", 0, NULL, "No child processes (for a debugger)", FLAG, AT(no_fork), 0},
	[OPT_SHAPES] = {"shapes", 0, "NAME|FILE", "List of problems (see gatemark list)", TEXT, AT(shapes), 0},
	[OPT_PROBLEM] = {"problem", 0, "P", "This problem, as lstm_T64_N1_I128_H256/fwd", LIST, AT(problem), 0},
	[OPT_QUICK] = {"quick", 0, NULL, "Few problems, little time", FLAG, AT(quick), 0},
	[OPT_SEED] = {"seed", 0, "S", "Seed of the data and of the order", SEED, AT(seed_text), 0},
	[OPT_JUNIT] = {"junit", 0, "F", "JUnit XML into this file", TEXT, AT(junit), 0},
	[OPT_JSON] = {"json", 0, "F", "Records into this file, or on standard output", TEXT, AT(json), 1},
	[OPT_OUT] = {"out", 0, "DIR", "Folder of the results", TEXT, AT(out), 0},
	[OPT_OUTPUT] = {"output", 'o', "F", "File to write", TEXT, AT(output), 0},
	[OPT_MARKDOWN] = {"markdown", 0, NULL, "The table of variants in Markdown", FLAG, AT(markdown), 0},
	[OPT_MARKDOWN_FILE] = {"markdown", 0, "F", "Markdown into this file", TEXT, AT(markdown_file), 0},
	[OPT_QUIET] = {"quiet", 'q', NULL, "No progress, no notes", FLAG, AT(quiet), 0},
	[OPT_VERBOSE] = {"verbose", 'v', NULL, "Every result, not only what failed", FLAG, AT(verbose), 0},
	[OPT_BENCHMARK] = {"benchmark_X", 0, "V", "Handed to Google Benchmark as it is", LIST, AT(benchmark), 0},
};

typedef struct verb {
	const char *name;
	int (*run)(const cli_options *options);
	const char *what;       /* one line */
	const char *arguments;  /* of the usage line; NULL = takes none */
	const char *more;       /* below the options in --help, before its exit codes */
	unsigned char exits[8]; /* what it can end with beside CLI_OK; 0 ends */
	unsigned char takes[OPTIONS];
} verb;

#define EXITS_OF_READERS CLI_USAGE, CLI_NOTHING, CLI_REFUSED, CLI_NO_WRITE, CLI_INTERNAL
#define EXITS_OF_RUNNERS CLI_WRONG, EXITS_OF_READERS, CLI_SKIPPED, CLI_SIGNAL

/* What a bundle leaves out is not in its help. */
#ifdef GM_BUNDLE
#define WHOLE(...)
#else
#define WHOLE(...) __VA_ARGS__
#endif

static const verb verbs[] = {
	{"doctor",
     cmd_doctor,
     "What this machine is, and what on it spoils measurements",
     NULL,
     NULL,
     {CLI_USAGE, CLI_NO_WRITE, CLI_INTERNAL},
     {OPT_JSON}},
	{"list",
     cmd_list,
     "Variants, cases, lists of problems, keys of result files",
     "[variants|cases|shapes|fields]..",
     "Flags of cases: w passing proves little (weak), u has unfit rows, then the case's tags.",
     {EXITS_OF_READERS},
     {OPT_FIXTURES, OPT_CASES, OPT_VARIANTS, WHOLE(OPT_PLUGIN_INSTEAD, ) OPT_ISA_CAP, OPT_ALLOW_UNLISTED, OPT_MARKDOWN,
      OPT_JSON}},
	{"check",
     cmd_check,
     "Judge every variant on every case, forward and backward",
     NULL,
     NULL,
     {EXITS_OF_RUNNERS},
     {OPT_FIXTURES, OPT_CASES, OPT_VARIANTS, OPT_PASS, OPT_CLASS, WHOLE(OPT_PLUGIN_INSTEAD, OPT_EXECUTOR, ) OPT_ISA_CAP,
      OPT_REQUIRE, OPT_DIGESTS, OPT_ALLOW_UNLISTED, OPT_NO_FORK, WHOLE(OPT_JUNIT, ) OPT_JSON, OPT_OUT, OPT_QUIET,
      OPT_VERBOSE}},
	{"bench",
     cmd_bench,
     "Judge, then time, every variant on every problem",
     NULL,
     NULL,
     {EXITS_OF_RUNNERS},
     {OPT_SHAPES, OPT_PROBLEM, OPT_VARIANTS, OPT_ISA_CAP, WHOLE(OPT_PLUGIN_BESIDE, ) OPT_QUICK, OPT_SEED, OPT_NO_FORK,
      OPT_JSON, OPT_OUT, OPT_QUIET, OPT_VERBOSE, WHOLE(OPT_BENCHMARK)}},
	{"choose",
     cmd_choose,
     "Which variant to deploy, from results",
     "FILE..",
     NULL,
     {EXITS_OF_READERS},
     {OPT_PROBLEM, OPT_OUTPUT, OPT_JSON, OPT_QUIET}},
#ifndef GM_BUNDLE
	{"report",
     cmd_report,
     "Results to one HTML page, Markdown, JUnit",
     "FILE..",
     NULL,
     {EXITS_OF_READERS},
     {OPT_OUTPUT, OPT_MARKDOWN_FILE, OPT_JUNIT, OPT_QUIET}},
	{"run",
     cmd_run,
     "check, bench, choose and report in one",
     NULL,
     "Writes results.jsonl, junit.xml, choice.json, report.html and report.md into DIR (default: out).",
     {EXITS_OF_RUNNERS},
     {OPT_FIXTURES, OPT_CASES, OPT_VARIANTS, OPT_ISA_CAP, OPT_REQUIRE, OPT_PLUGIN_BESIDE, OPT_ALLOW_UNLISTED,
      OPT_SHAPES, OPT_QUICK, OPT_SEED, OPT_OUT, OPT_QUIET, OPT_VERBOSE}},
#endif
	{"fixture",
     cmd_fixture,
     "Show, verify or pack golden files",
     "show|verify|pack [PATH [CASE]]",
     "pack PATH CASE -o F writes one case as a case pack, pack PATH -o NAME.packs all of them (--cases: these); PATH "
     "is a .h5 file, a folder of them, NAME.pack or NAME.packs.",
     {EXITS_OF_READERS},
     {OPT_CASES, OPT_ALLOW_UNLISTED, OPT_OUTPUT}},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

typedef struct parsing {
	const verb *verb;
	cli_options *options;
} parsing;

static int take_seed(const char *text, uint64_t *seed)
{
	char *end;
	errno = 0;
	*seed = strtoull(text, &end, 0);
	return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

/* stdout is buffered: what could not be written shows only here. */
static int finish(int code)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno != EPIPE)
		fprintf(stderr, "gatemark: cannot write standard output: %s\n", strerror(errno));
	return cli_worse(code, CLI_NO_WRITE);
}

/* What argp adds by itself, without the two rows that would push the help of a verb off the screen. */
enum { KEY_HELP = 'h', KEY_QUESTION = '?', KEY_VERSION = 'V', KEY_USAGE = 256 + OPT_END };
static const struct argp_option common[] = {{"help", KEY_HELP, NULL, 0, "Give this help list", -1},
                                            {NULL, KEY_QUESTION, NULL, OPTION_HIDDEN, NULL, -1},
                                            {"usage", KEY_USAGE, NULL, OPTION_HIDDEN, NULL, -1},
                                            {"version", KEY_VERSION, NULL, OPTION_HIDDEN, NULL, -1}};
enum { COMMON = sizeof common / sizeof common[0] };

static int take_common(int key, struct argp_state *state)
{
	if (key == KEY_HELP || key == KEY_QUESTION || key == KEY_USAGE)
		argp_state_help(state, stdout, key != KEY_USAGE ? ARGP_HELP_STD_HELP : ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
	if (key != KEY_VERSION)
		return ARGP_ERR_UNKNOWN;
	about_print();
	exit(finish(CLI_OK));
}

static void append(cli_list *list, char *value) { list->text[list->count++] = value; }

static error_t take(int key, char *value, struct argp_state *state)
{
	parsing *p = state->input;
	if (key == ARGP_KEY_ARG && p->verb->arguments) {
		append(&p->options->arg, value);
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		argp_error(state, "%s takes no argument: %s", p->verb->name, value);
	for (const unsigned char *id = p->verb->takes; *id != OPT_END; id++) {
		char *member = (char *)p->options + option[*id].offset;
		if (key != 256 + *id && (key != option[*id].letter || key == 0))
			continue;
		if (option[*id].kind == FLAG)
			*(int *)member = 1;
		else if (option[*id].kind == LIST)
			append((cli_list *)member, value);
		else if (*(const char **)member)
			argp_error(state, "--%s cannot be repeated", option[*id].name);
		else
			*(const char **)member = !value ? "-" : value;
		if (option[*id].kind == SEED && !take_seed(value, &p->options->seed))
			argp_error(state, "--seed takes a number of 64 bits, not %s", value);
		return 0;
	}
	return take_common(key, state);
}

/* Long options are looked at first, to name the nearest one: getopt only says what is wrong.  --benchmark_* are
 * moved into benchmark.  CLI_OK or CLI_USAGE. */
static int screen(const verb *v, cli_options *options, int *argc, char **argv)
{
	const char *known[OPTIONS + 3] = {"help", "usage", "version"};
	size_t count = 3;
	int passes = 0, kept = 1, words = *argc, literal = 0;
	for (const unsigned char *id = v->takes; *id != OPT_END; id++) {
		passes |= *id == OPT_BENCHMARK;
		known[count++] = option[*id].name;
	}
	for (int k = 1; k < words; k++) {
		char name[64];
		size_t length = strcspn(argv[k], "="), found = 0;
		literal |= strcmp(argv[k], "--") == 0;
		if (passes && !literal && strncmp(argv[k], "--benchmark_", 12) == 0) {
			append(&options->benchmark, argv[k]);
			continue;
		}
		argv[kept++] = argv[k];
		if (literal || strncmp(argv[k], "--", 2) != 0)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(length - 2 < 60 ? length - 2 : 60), argv[k] + 2);
		for (size_t i = 0; i < count; i++)
			found += strncmp(name, known[i], strlen(name)) == 0;
		if (found > 0)
			continue;
		const char *nearest = cli_nearest(name, known, count);
		return !nearest ? cli_usage(options, "%s has no option --%s", v->name, name)
		                : cli_usage(options, "%s has no option --%s; the nearest is --%s", v->name, name, nearest);
	}
	*argc = kept;
	argv[kept] = NULL;
	return CLI_OK;
}

static int parse_and_run(int argc, char **argv, parsing *p)
{
	const verb *v = p->verb;
	struct argp_option rows[OPTIONS + COMMON] = {{0}};
	char name[64], codes[200], doc[700];
	size_t n = 0;
	for (const unsigned char *id = v->takes; *id != OPT_END; id++) {
		const option_row *o = &option[*id];
		rows[n++] = (struct argp_option){o->name,  o->letter != 0 ? o->letter : 256 + *id,
		                                 o->value, o->optional ? OPTION_ARG_OPTIONAL : 0,
		                                 o->what,  0};
	}
	memcpy(rows + n, common, sizeof common);
	snprintf(name, sizeof name, "gatemark %s", v->name);
	cli_exits(v->exits, codes);
	snprintf(doc, sizeof doc, "%s.\v%s%s%s.", v->what, !v->more ? "" : v->more, !v->more ? "" : "\n", codes);
	argv[0] = name;
	int code = screen(v, p->options, &argc, argv);
	if (code != CLI_OK)
		return code;
	struct argp argp = {rows, take, v->arguments, doc, NULL, NULL, NULL};
	argp_err_exit_status = CLI_USAGE;
	error_t wrong = argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, p);
	if (wrong != 0)
		return cli_fail(CLI_INTERNAL, "cannot read the options: %s", strerror(wrong));
	return v->run(p->options);
}

static int run_verb(const verb *v, int argc, char **argv)
{
	cli_options options = {.verb = v->name, .seed = 1, .argv = argv, .argc = (size_t)argc};
	char **word = calloc((OPTIONS + 2) * (size_t)argc, sizeof *word), **room = word; // argv, then argc for each list
	if (!word)
		return cli_fail(CLI_INTERNAL, "no memory");
	parsing p = {v, &options};
	memcpy(word, argv + 1, ((size_t)argc - 1) * sizeof *word);
	options.arg.text = room += argc;
	for (const unsigned char *id = v->takes; *id != OPT_END; id++)
		if (option[*id].kind == LIST)
			((cli_list *)((char *)&options + option[*id].offset))->text = room += argc;
	int code = parse_and_run(argc - 1, word, &p);
	free(word);
	return code;
}

static void help(FILE *stream)
{
	char codes[200];
	fputs("Usage: gatemark VERB [OPTION...]\n"
	      "Which recurrent-network kernel is right, and which one is fast, on this machine?\n\n",
	      stream);
	for (size_t k = 0; k < VERBS; k++)
		fprintf(stream, "  %-9s %s\n", verbs[k].name, verbs[k].what);
	fputs("\n  gatemark help VERB   the options of a verb; also VERB --help, VERB -h\n"
	      "  gatemark version     build, libraries, versions of all that judges\n\n",
	      stream);
	cli_exits(NULL, codes);
	term_wrap(stream, codes, 0, 0);
}

static const verb *find_verb(const char *word)
{
	for (size_t k = 0; k < VERBS; k++)
		if (strcmp(word, verbs[k].name) == 0)
			return &verbs[k];
	return NULL;
}

static int unknown_verb(const char *word)
{
	const char *names[VERBS + 2] = {"help", "version"};
	for (size_t k = 0; k < VERBS; k++)
		names[k + 2] = verbs[k].name;
	return cli_unknown("verb", word, names, VERBS + 2);
}

static int is_one_of(const char *word, const char *a, const char *b, const char *c)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

int cli_main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	int asks = is_one_of(word, "help", "--help", "-h");
	const verb *v = find_verb(asks && argc > 2 ? argv[2] : word);
	if (asks && argc > 2 && v)
		return finish(run_verb(v, 3, (char *[]){argv[0], argv[2], "--help", NULL}));
	if (asks && argc > 2)
		return unknown_verb(argv[2]);
	if (v)
		return finish(run_verb(v, argc, argv));
	if (is_one_of(word, "version", "--version", "-V"))
		about_print();
	else if (asks)
		help(stdout);
	else if (word[0] != '\0' && word[0] != '-')
		return unknown_verb(word);
	else {
		help(stderr);
		return word[0] == '\0' ? CLI_USAGE : cli_fail(CLI_USAGE, "the first word is a verb, not %s", word);
	}
	return finish(CLI_OK);
}
