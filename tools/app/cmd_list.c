/* SPDX-License-Identifier: MIT */
/* cmd_list.c - `gatemark list`: what there is to run, on what, over which problems.  Without an argument the cases are
 * only counted; their flags need the judge's budget of each. */
#include <stdlib.h>
#include <string.h>

#include "conform.h"
#include "base/plural.h"

/* ---- what there is, as text on stdout and into the document ---- */

typedef struct listing {
	const cli_options *options;
	int named, text;  /* an argument said what; not --json */
	json_t *document; /* of --json */
} listing;

enum { WORDS = 8 }; /* of a variant: one for each key of JSON, then whether it runs here */
static const char *const key[WORDS - 1] = {"name", "isa", "strategy", "activation", "weights", "rounding", "class"};

static void put_words(const char *const word[WORDS], int width)
{
	const int columns[WORDS] = {width, 10, 8, 5, 7, 9, 7, 0};
	term_row row = {.stream = stdout, .next = 2, .indent = 6};
	for (size_t k = 0; k < WORDS; k++)
		term_row_put(&row, word[k], columns[k]);
	putchar('\n');
}

static void put_variant(const listing *l, const contestant *v, int width, json_t *list)
{
	const worker_variant *i = &v->info;
	const char *rounding = i->rounding == GM_CANONICAL ? "canonical" : "free", *here = v->runnable ? "yes" : "no*";
	const char *const word[WORDS] = {
		i->name, i->isa, i->strategy, i->activation, i->weights, rounding, gm_class_name(i->accuracy_class), here};
	json_t *one = json_object();
	for (size_t k = 0; k < WORDS - 1; k++)
		json_object_set_new(one, key[k], json_string(word[k]));
	json_object_set_new(one, "runnable", json_boolean(v->runnable));
	json_object_set_new(one, "reason", json_string(v->why));
	json_array_append_new(list, one);
	if (l->text && l->options->markdown)
		printf("| `%s` | %s | %s | %s | %s | %s | %s |\n", word[0], word[1], word[2], word[3], word[4], word[5],
		       word[6]);
	else if (l->text)
		put_words(word, width);
}

static int list_variants(const listing *l)
{
	contestants r = {0};
	json_t *list = json_array();
	int code = contestants_load(l->options, 0, &r), table = l->text && !l->options->markdown;
	const int width = contestants_width(&r, 18);
	json_object_set_new(l->document, "variants", list);
	if (code == CLI_OK && table) {
		fputs("VARIANTS\n", stdout);
		put_words((const char *const[]){"name", "isa", "strategy", "activ", "weights", "rounding", "class", "here"},
		          width);
	} else if (code == CLI_OK && l->text) {
		printf("| variant | ISA | strategy | activation | weights | rounding | class |\n"
		       "| --- | --- | --- | --- | --- | --- | --- |\n");
	}
	for (size_t k = 0; code == CLI_OK && k < r.count; k++)
		put_variant(l, &r.variant[k], width, list);
	for (size_t k = 0; code == CLI_OK && table && k < r.count; k++)
		if (!r.variant[k].runnable)
			printf("  * %s\n", r.variant[k].why);
	code = cli_worse(code, r.refused_count > 0 ? CLI_REFUSED : CLI_OK);
	contestants_free(&r);
	return code;
}

typedef struct case_flags {
	json_t *list;
	term_progress progress;
} case_flags;

static void take_flags(void *context, case_facts *facts)
{
	json_array_append_new(((case_flags *)context)->list, record_to_json(&case_facts_type, facts));
}

static void step_flags(void *context, size_t done) { term_progress_step(&((case_flags *)context)->progress, done); }

/* The engine of check without a variant gives each case's record. */
static int flags_of(const case_list *cases, json_t *list)
{
	case_flags f = {.list = list};
	const check_plan plan = {.set = cases->set,
	                         .chosen = cases->chosen,
	                         .passes = CHECK_FWD | CHECK_BWD,
	                         .accuracy_class = -1,
	                         .stop = &session_stop,
	                         .facts = take_flags,
	                         .step = step_flags,
	                         .context = &f};
	term_progress_begin(&f.progress, "budgets", cases->count, 0);
	int code = conform_run(&plan);
	term_progress_end(&f.progress);
	return code;
}

static void cases_text(const json_t *list, const char *version)
{
	size_t k;
	json_t *c;
	int width = 44;
	json_array_foreach(list, k, c)
		width = term_wider(width, results_text(c, "case"));
	printf("CASES  fixtures %s\n  %-*s %-5s %s\n", version, width, "id", "flags", "tags");
	json_array_foreach(list, k, c) {
		char flags[4] = "";
		strcat(flags, json_array_size(json_object_get(c, "weak")) > 0 ? "w" : "");
		strcat(flags, json_integer_value(json_object_get(c, "unfit_rows")) > 0 ? "u" : "");
		printf("  %-*s %-5s %s\n", width, results_text(c, "case"), flags, results_text(c, "tags"));
	}
}

static int list_cases(const listing *l)
{
	case_list cases = {0};
	json_t *list = json_array();
	int code = cases_load(l->options, &cases), count_only = l->text && !l->named;
	json_object_set_new(l->document, "cases", list);
	if (code == CLI_OK && !count_only)
		code = flags_of(&cases, list);
	if (code == CLI_OK && count_only)
		printf("CASES\n  %zu in fixtures %s; gatemark list cases shows them\n", cases.count, cases.set->version);
	else if (code == CLI_OK && l->text)
		cases_text(list, cases.set->version);
	code = cli_worse(code, cases.refused_count > 0 ? CLI_REFUSED : CLI_OK);
	cases_free(&cases);
	return code;
}

/* A built-in list of problems; text shows them only if they were asked for. */
static int list_shape(const listing *l, size_t k, json_t *problems)
{
	gm_error error;
	shape_list list = {0};
	const char *name = shapes_builtin_name(k);
	if (shapes_load(name, &list, &error) != GM_OK)
		return cli_fail(CLI_INTERNAL, "%s", error.message);
	if (l->text) {
		printf("  %-8s %4zu %-8s  ", name, list.count, plural((double)list.count, "problem", "problems"));
		term_wrap(stdout, shapes_builtin_about(k), 26, 26);
	}
	for (size_t i = 0; i < list.count; i++) {
		char text[GM_SPEC_TEXT];
		gm_spec_format(&list.specs[i], text);
		json_array_append_new(problems, json_string(text));
		if (l->text && l->named)
			printf("    %s\n", text);
	}
	shapes_free(&list);
	return CLI_OK;
}

static int list_shapes(const listing *l)
{
	json_t *all = json_array();
	int code = CLI_OK;
	json_object_set_new(l->document, "shapes", all);
	if (l->text)
		printf("SHAPES\n");
	for (size_t k = 0; code == CLI_OK && k < shapes_builtin_count(); k++) {
		json_t *problems = json_array();
		code = list_shape(l, k, problems);
		json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "name", shapes_builtin_name(k), "about",
		                                     shapes_builtin_about(k), "problems", problems));
	}
	return code;
}

/* What result files hold: as JSON their schema, else Markdown. */
static int list_fields(const listing *l)
{
	json_t *schema = record_schema();
	int failed = !schema || json_object_update(l->document, schema) != 0;
	json_decref(schema);
	if (l->text)
		record_markdown(stdout);
	return failed ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
}

/* ---- the verb ---- */

enum { LIST_FIELDS = 3, LISTS };

int cmd_list(const cli_options *options)
{
	static const char *const names[LISTS] = {"variants", "cases", "shapes", "fields"};
	static int (*const part[LISTS])(const listing *) = {list_variants, list_cases, list_shapes, list_fields};
	unsigned char chosen[LISTS] = {0};
	gm_error error;
	int code = CLI_OK;
	if (options->arg.count == 0)
		memset(chosen, 1, options->markdown ? 1 : LIST_FIELDS);
	for (size_t k = 0; k < options->arg.count; k++) {
		size_t n;
		if (cli_find("list", options->arg.text[k], names, LISTS, &n) != CLI_OK)
			return CLI_USAGE;
		chosen[n] = 1;
	}
	const listing l = {options, options->arg.count > 0, !options->json, json_object()};
	for (size_t k = 0; k < LISTS && (code == CLI_OK || code == CLI_REFUSED); k++) // what is good is listed all the same
		if (chosen[k])
			code = cli_worse(code, part[k](&l));
	if ((code == CLI_OK || code == CLI_REFUSED) && options->json)
		code = cli_worse(code, cli_status(results_document(options->json, l.document, RESULTS_INDENTED, &error),
		                                  CLI_NO_WRITE, &error));
	json_decref(l.document);
	return code;
}
