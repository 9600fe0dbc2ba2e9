/* SPDX-License-Identifier: MIT */
/* cmd_list.c - `gatemark list`: what there is to run, on what, over which problems.  Without an argument the cases are
 * only counted; their flags need the judge's budget of each. */
#include <stdlib.h>
#include <string.h>

#include "contestants.h"
#include "base/plural.h"
#include "record/results.h"
#include "session.h"
#include "shapes/shapes.h"
#include "terminal.h"

/* ---- variants ---- */

static const char *rounding_name(const worker_variant *v) { return v->rounding == GM_CANONICAL ? "canonical" : "free"; }

static json_t *variants_json(const contestants *r)
{
	json_t *list = json_array();
	for (size_t k = 0; k < r->count; k++) {
		const worker_variant *i = &r->variant[k].info;
		json_array_append_new(list,
		                      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "name", i->name, "isa", i->isa,
		                                "strategy", i->strategy, "activation", i->activation, "weights", i->weights,
		                                "rounding", rounding_name(i), "class", gm_class_name(i->accuracy_class),
		                                "runnable", r->variant[k].runnable, "reason", r->variant[k].why));
	}
	return list;
}

static void variants_markdown(const contestants *r)
{
	printf("| variant | ISA | strategy | activation | weights | rounding | class |\n"
	       "| --- | --- | --- | --- | --- | --- | --- |\n");
	for (size_t k = 0; k < r->count; k++) {
		const worker_variant *i = &r->variant[k].info;
		printf("| `%s` | %s | %s | %s | %s | %s | %s |\n", i->name, i->isa, i->strategy, i->activation, i->weights,
		       rounding_name(i), gm_class_name(i->accuracy_class));
	}
}

/* A row of the table of variants; width: of its first column. */
static void put_words(const char *const word[8], int width)
{
	const int columns[8] = {width, 10, 8, 5, 7, 9, 7, 0};
	term_row row = {.stream = stdout, .next = 2, .indent = 6};
	for (size_t k = 0; k < 8; k++)
		term_row_put(&row, word[k], columns[k]);
	putchar('\n');
}

static void variants_text(const contestants *r)
{
	int width = 18;
	for (size_t k = 0; k < r->count; k++)
		width = (int)strlen(r->variant[k].info.name) > width ? (int)strlen(r->variant[k].info.name) : width;
	fputs("VARIANTS\n", stdout);
	put_words((const char *const[]){"name", "isa", "strategy", "activ", "weights", "rounding", "class", "here"}, width);
	for (size_t k = 0; k < r->count; k++) {
		const worker_variant *v = &r->variant[k].info;
		put_words((const char *const[]){v->name, v->isa, v->strategy, v->activation, v->weights, rounding_name(v),
		                                gm_class_name(v->accuracy_class), r->variant[k].runnable ? "yes" : "no*"},
		          width);
	}
	for (size_t k = 0; k < r->count; k++)
		if (!r->variant[k].runnable)
			printf("  * %s\n", r->variant[k].why);
}

/* ---- cases ---- */

typedef struct case_flags {
	json_t *list;
	term_progress progress;
} case_flags;

static void take_flags(void *context, case_facts *facts)
{
	json_array_append_new(((case_flags *)context)->list, record_to_json(&case_facts_type, facts));
}

static void step_flags(void *context, size_t done, size_t total)
{
	(void)total;
	term_progress_step(&((case_flags *)context)->progress, done);
}

/* The engine of check without a variant gives each case's record. */
static int flags_of(const case_list *cases, json_t **list)
{
	gm_error error = {.status = GM_OK};
	case_flags f = {.list = json_array()};
	check_plan plan = {.set = cases->set,
	                   .chosen = cases->chosen,
	                   .passes = CHECK_FWD | CHECK_BWD,
	                   .accuracy_class = -1,
	                   .stop = &session_stop,
	                   .facts = take_flags,
	                   .step = step_flags,
	                   .context = &f};
	term_progress_begin(&f.progress, "budgets", cases->count, 0);
	gm_status status = check_run(&plan, &error);
	term_progress_end(&f.progress);
	*list = f.list;
	if (status == GM_OK)
		return CLI_OK;
	return cli_fail(status == GM_BAD_FIXTURE ? CLI_REFUSED : CLI_INTERNAL, "%s", error.message);
}

static void cases_text(const json_t *list, const char *version)
{
	size_t k;
	json_t *c;
	int width = 44;
	json_array_foreach(list, k, c)
		width = (int)strlen(results_text(c, "case")) > width ? (int)strlen(results_text(c, "case")) : width;
	printf("CASES  fixtures %s\n  %-*s %-5s %s\n", version, width, "id", "flags", "tags");
	json_array_foreach(list, k, c) {
		char flags[4] = "";
		strcat(flags, json_array_size(json_object_get(c, "weak")) > 0 ? "w" : "");
		strcat(flags, json_integer_value(json_object_get(c, "unfit_rows")) > 0 ? "u" : "");
		printf("  %-*s %-5s %s\n", width, results_text(c, "case"), flags, results_text(c, "tags"));
	}
}

/* ---- lists of problems ---- */

static int shapes_all(json_t **all)
{
	gm_error error = {.status = GM_OK};
	*all = json_array();
	for (size_t k = 0; k < shapes_builtin_count(); k++) {
		shape_list list = {0};
		json_t *problems = json_array();
		if (shapes_load(shapes_builtin_name(k), &list, &error) != GM_OK)
			return cli_fail(CLI_INTERNAL, "%s", error.message);
		for (size_t i = 0; i < list.count; i++) {
			char text[GM_SPEC_TEXT];
			gm_spec_format(&list.specs[i], text);
			json_array_append_new(problems, json_string(text));
		}
		shapes_free(&list);
		json_array_append_new(*all, json_pack("{s:s, s:s, s:o}", "name", shapes_builtin_name(k), "about",
		                                      shapes_builtin_about(k), "problems", problems));
	}
	return CLI_OK;
}

static void shapes_text(const json_t *all, int in_full)
{
	size_t k, i;
	json_t *list, *problem;
	printf("SHAPES\n");
	json_array_foreach(all, k, list) {
		json_t *problems = json_object_get(list, "problems");
		printf("  %-8s %4zu %-8s  ", results_text(list, "name"), json_array_size(problems),
		       plural((double)json_array_size(problems), "problem", "problems"));
		term_wrap(stdout, results_text(list, "about"), 26, 26);
		if (in_full)
			json_array_foreach(problems, i, problem)
				printf("    %s\n", json_string_value(problem));
	}
}

/* ---- the verb ---- */

enum { LIST_VARIANTS, LIST_CASES, LIST_SHAPES, LIST_FIELDS, LISTS };

typedef struct listing {
	const cli_options *options;
	int named;        /* an argument said what */
	json_t *document; /* --json */
} listing;

static int list_variants(const listing *l)
{
	contestants r = {0};
	int code = contestants_load(l->options, CONTESTANTS_INSTEAD, &r);
	if (code != CLI_OK)
		return code;
	if (l->options->json)
		json_object_set_new(l->document, "variants", variants_json(&r));
	else if (l->options->markdown)
		variants_markdown(&r);
	else
		variants_text(&r);
	contestants_free(&r);
	return CLI_OK;
}

static int list_cases(const listing *l)
{
	case_list cases = {0};
	json_t *list = NULL;
	int code = cases_load(l->options, &cases);
	if (code == CLI_OK && (l->named || l->options->json))
		code = flags_of(&cases, &list);
	if (code == CLI_OK && l->options->json)
		json_object_set(l->document, "cases", list);
	else if (code == CLI_OK && list)
		cases_text(list, cases.set->version);
	else if (code == CLI_OK)
		printf("CASES\n  %zu in fixtures %s; gatemark list cases shows them\n", cases.count, cases.set->version);
	json_decref(list);
	cases_free(&cases);
	return code;
}

static int list_shapes(const listing *l)
{
	json_t *all;
	int code = shapes_all(&all);
	if (code == CLI_OK && l->options->json)
		json_object_set(l->document, "shapes", all);
	else if (code == CLI_OK)
		shapes_text(all, l->named);
	json_decref(all);
	return code;
}

/* What result files hold: as JSON their schema, else Markdown. */
static int list_fields(const listing *l)
{
	json_t *schema = l->options->json ? record_schema() : NULL;
	if (!l->options->json)
		record_markdown(stdout);
	int failed = schema && json_object_update(l->document, schema) != 0;
	json_decref(schema);
	return failed || (l->options->json && !schema) ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
}

int cmd_list(const cli_options *options)
{
	static const char *const names[LISTS] = {"variants", "cases", "shapes", "fields"};
	static int (*const part[LISTS])(const listing *) = {list_variants, list_cases, list_shapes, list_fields};
	unsigned char chosen[LISTS] = {0};
	gm_error error = {.status = GM_OK};
	int code = CLI_OK;
	listing l = {.options = options, .named = options->arg.count > 0};
	if (options->arg.count == 0)
		memset(chosen, 1, options->markdown ? 1 : LIST_FIELDS);
	for (size_t k = 0; k < options->arg.count; k++) {
		size_t n = 0;
		while (n < LISTS && strcmp(names[n], options->arg.text[k]) != 0)
			n++;
		if (n == LISTS)
			return cli_unknown("list", options->arg.text[k], names, LISTS);
		chosen[n] = 1;
	}
	l.document = json_object();
	for (size_t k = 0; k < LISTS && code == CLI_OK; k++)
		if (chosen[k])
			code = part[k](&l);
	if (code == CLI_OK && options->json &&
	    results_document(options->json, l.document, RESULTS_INDENTED, &error) != GM_OK)
		code = cli_fail(CLI_NO_WRITE, "%s", error.message);
	json_decref(l.document);
	return code;
}
