/* SPDX-License-Identifier: MIT */
/* cli.c - what is done with the tables of verbs and options (cli_table.h): parsing, --help and suggestions follow from
 * the rows. */
#define _GNU_SOURCE
#include "cli.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "about.h"
#include "cli_table.h"
#include "terminal.h"

const verb *cli_find_verb(const char *word)
{
	for (size_t k = 0; k < VERBS; k++)
		if (strcmp(word, verbs[k].name) == 0)
			return &verbs[k];
	return NULL;
}

static int take_seed(const char *text, uint64_t *seed)
{
	char *end;
	errno = 0;
	*seed = strtoull(text, &end, 0);
	return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

/* "90", "90s", "20m", "1.5h". */
static int take_time(const char *text, double *seconds)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
	char *end;
	*seconds = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;
	for (size_t k = 0; *seconds > 0 && k < sizeof units / sizeof units[0]; k++)
		if (strcmp(end, units[k].unit) == 0) {
			*seconds *= units[k].seconds;
			return *seconds < 1e9;
		}
	return 0;
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

enum { KEY = 256 }; /* KEY + index: what argp calls an option without a letter */

/* What argp adds by itself, without the rows that would push the help of a verb off the screen. */
enum { KEY_HELP = 'h', KEY_QUESTION = '?', KEY_VERSION = 'V', KEY_USAGE = KEY + OPTIONS };
static const struct argp_option common[] = {{"help", KEY_HELP, NULL, OPTION_HIDDEN, NULL, -1},
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

static int key_of(size_t k) { return option[k].letter ? option[k].letter : KEY + (int)k; }

static error_t take(int key, char *value, struct argp_state *state)
{
	cli_options *options = state->input;
	const verb *v = cli_find_verb(options->verb);
	if (key == ARGP_KEY_ARG && !v->arguments)
		argp_error(state, "%s takes no argument: %s", v->name, value);
	if (key == ARGP_KEY_ARG) {
		append(&options->arg, value);
		return 0;
	}
	size_t k = 0;
	while (k < OPTIONS && !((option[k].verbs & v->bit) && key == key_of(k)))
		k++;
	if (k == OPTIONS)
		return take_common(key, state);
	char *member = (char *)options + option[k].offset;
	if (option[k].kind == FLAG)
		*(int *)member = 1;
	else if (option[k].kind == WORDS)
		append((cli_list *)member, value);
	else if (*(const char **)member)
		argp_error(state, "--%s cannot be repeated", option[k].name);
	else
		*(const char **)member = !value ? "-" : value;
	if (option[k].kind == SEED && !take_seed(value, &options->seed))
		argp_error(state, "--seed takes a number of 64 bits, not %s", value);
	if (option[k].kind == TIME && !take_time(value, &((cli_time *)member)->seconds))
		argp_error(state, "--%s takes a time as 90s, 20m or 1.5h, not %s", option[k].name, value);
	return 0;
}

/* Long options are looked at first, to name the nearest one: getopt only says what is wrong.  --benchmark_* are
 * moved into benchmark.  CLI_OK or CLI_USAGE. */
static int screen(const verb *v, cli_options *options, int *argc, char **argv)
{
	const char *known[OPTIONS + 3] = {"help", "usage", "version"};
	size_t count = 3;
	int passes = 0, kept = 1, words = *argc, literal = 0;
	for (size_t k = 0; k < OPTIONS; k++)
		if (option[k].verbs & v->bit) {
			passes |= option[k].offset == AT(benchmark);
			known[count++] = option[k].name;
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
		char text[200];
		snprintf(text, sizeof text, "%s has no option --%s%s%s", v->name, name, nearest ? "; the nearest is --" : "",
		         nearest ? nearest : "");
		return cli_usage(options, text);
	}
	*argc = kept;
	argv[kept] = NULL;
	return CLI_OK;
}

static int parse_and_run(const verb *v, int argc, char **argv, cli_options *options)
{
	struct argp_option rows[OPTIONS + COMMON] = {{0}};
	char name[64], codes[200], doc[700];
	size_t n = 0;
	for (size_t k = 0; k < OPTIONS; k++) {
		const option_row *o = &option[k];
		if (o->verbs & v->bit)
			rows[n++] = (struct argp_option){o->name, key_of(k), o->value, o->kind == MAYBE ? OPTION_ARG_OPTIONAL : 0,
			                                 o->what, 0};
	}
	memcpy(rows + n, common, sizeof common);
	snprintf(name, sizeof name, "gatemark %s", v->name);
	cli_exits(v->exits, codes);
	snprintf(doc, sizeof doc, "%s.\v%s%s%s.", v->what, !v->more ? "" : v->more, !v->more ? "" : "\n", codes);
	argv[0] = name;
	int code = screen(v, options, &argc, argv);
	if (code != CLI_OK)
		return code;
	struct argp argp = {rows, take, v->arguments, doc, NULL, NULL, NULL};
	argp_err_exit_status = CLI_USAGE;
	error_t wrong = argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, options);
	if (wrong != 0)
		return cli_fail(CLI_INTERNAL, "cannot read the options: %s", strerror(wrong));
	return v->run(options);
}

static int run_verb(const verb *v, int argc, char **argv)
{
	cli_options options = {.verb = v->name, .seed = 1, .argv = argv, .argc = (size_t)argc};
	char **word = calloc((OPTIONS + 2) * (size_t)argc, sizeof *word), **room = word; // argv, then argc for each list
	if (!word)
		return cli_fail(CLI_INTERNAL, "no memory");
	memcpy(word, argv + 1, ((size_t)argc - 1) * sizeof *word);
	options.arg.text = room += argc;
	for (size_t k = 0; k < OPTIONS; k++)
		if (option[k].kind == WORDS)
			((cli_list *)((char *)&options + option[k].offset))->text = room += argc;
	int code = parse_and_run(v, argc - 1, word, &options);
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
	const int asks = is_one_of(word, "help", "--help", "-h");
	const char *how = asks && argc > 2 ? argv[2] : "";
	void (*const print)(const verb *) = strcmp(how, "--man") == 0   ? cli_man
	                                  : strcmp(how, "--words") == 0 ? cli_complete
	                                                                : NULL;
	if (print) {
		print(argc > 3 ? cli_find_verb(argv[3]) : NULL);
		return finish(argc > 3 && !cli_find_verb(argv[3]) ? unknown_verb(argv[3]) : CLI_OK);
	}
	const verb *v = cli_find_verb(asks && argc > 2 ? argv[2] : word);
	if (asks && argc > 2)
		return v ? finish(run_verb(v, 3, (char *[]){argv[0], argv[2], "--help", NULL})) : unknown_verb(argv[2]);
	if (v)
		return finish(run_verb(v, argc, argv));
	if (is_one_of(word, "version", "--version", "-V")) {
		about_print();
	} else if (asks) {
		help(stdout);
	} else if (word[0] != '\0' && word[0] != '-') {
		return unknown_verb(word);
	} else {
		help(stderr);
		return word[0] == '\0' ? CLI_USAGE : cli_fail(CLI_USAGE, "the first word is a verb, not %s", word);
	}
	return finish(CLI_OK);
}
