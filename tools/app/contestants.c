/* SPDX-License-Identifier: MIT */
/* contestants.c - variants from the table or a plug-in, cases from fixtures, filtered by the options. */
#define _GNU_SOURCE
#include "contestants.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/isa.h"
#include "select.h"
#include "terminal.h"

/* ---- variants ---- */

static void load_table(contestants *r)
{
	for (size_t k = 0; k < gm_variant_count(); k++) {
		const gm_variant *row = gm_variant_at(k);
		contestant *v = &r->variant[r->count++];
		gm_error error = {.message = ""};
		worker_variant_of(row, &v->info);
		v->runnable = gm_variant_runnable(row, &error) == GM_OK;
		v->code = v->runnable ? reason_code_none : row->needs & ~gm_cpu_features() ? CODE_NO_CPU : CODE_NOT_BUILT;
		v->info.has_backward |= !v->runnable;
		snprintf(v->why, sizeof v->why, "%.*s", (int)sizeof v->why - 1, v->runnable ? "" : error.message);
	}
}

/* The variants that a worker offers, behind those that are there. */
static gm_status load_worker(const worker_launch *launch, contestants *r, gm_error *error)
{
	worker_variant list[WORKER_VARIANTS];
	worker *w = NULL;
	size_t count = 0;
	gm_status status = worker_start(launch, &w, error);
	if (status == GM_IO)
		status = GM_NO_MEMORY; // no process, no program, no descriptors: nothing that is foreign
	if (status == GM_OK)
		status = worker_list(w, list, WORKER_VARIANTS, &count, error);
	worker_stop(w);
	for (size_t k = 0; status == GM_OK && k < count; k++)
		r->variant[r->count++] = (contestant){.info = list[k], .runnable = 1, .plugin = launch->plugin};
	return status;
}

/* Says that an input is refused, and adds it to a list of those; the reason may begin with the path. */
static int refuse(refused_what what, const char *path, const char *reason, refused_input **list, size_t *count)
{
	refused_input *one = record_grow(list, count, sizeof *one);
	if (!one)
		return cli_fail(CLI_INTERNAL, "no memory");
	refused_input_init(one);
	one->what = what;
	if (strncmp(reason, path, strlen(path)) == 0 && strncmp(reason + strlen(path), ": ", 2) == 0)
		reason += strlen(path) + 2;
	cli_fail(CLI_REFUSED, "%s: %s", path, reason);
	return record_set(&one->path, path) && record_set(&one->reason, reason) ? CLI_OK
	                                                                        : cli_fail(CLI_INTERNAL, "no memory");
}

static void free_refused(refused_input *list, size_t count)
{
	for (size_t k = 0; k < count; k++)
		refused_input_free(&list[k]);
	free(list);
}

/* Names tell contestants apart in every record: two of the same name cannot be in one run. */
static gm_status unique_names(const contestants *r, size_t before, gm_error *error)
{
	for (size_t k = before; k < r->count; k++)
		for (size_t i = 0; i < before; i++) {
			const char *name = r->variant[k].info.name, *other = r->variant[i].plugin;
			if (strcmp(r->variant[i].info.name, name) != 0)
				continue;
			if (!other)
				return gm_fail(error, GM_BAD_PLUGIN, "%s is the name of a built-in variant", name);
			return gm_fail(error, GM_BAD_PLUGIN, "%s is the name of a variant in %s too: give one of them another name",
			               name, other);
		}
	return GM_OK;
}

static int load_plugin(const cli_options *options, const char *given, contestants *r)
{
	size_t before = r->count;
	gm_error error;
	char *path = NULL;
	// without a slash the loader would search the system's folders for it
	if (asprintf(&path, "%s%s", !strchr(given, '/') ? "./" : "", given) < 0)
		return cli_fail(CLI_INTERNAL, "no memory");
	r->plugin[r->plugins++] = path;
	const worker_launch launch = {.plugin = path, .in_place = options->no_fork};
	gm_status status = load_worker(&launch, r, &error);
	if (status == GM_OK)
		status = unique_names(r, before, &error);
	if (status != GM_OK)
		r->count = before;
	for (contestant *v = r->variant + before; v < r->variant + r->count; v++) {
		if ((v->info.needs & ~gm_cpu_features()) == 0)
			continue;
		v->runnable = 0;
		v->code = CODE_NO_CPU;
		snprintf(v->why, sizeof v->why, "%.47s needs what this CPU lacks (%.15s)", v->info.name, v->info.isa);
	}
	if (status == GM_OK || status == GM_NO_MEMORY)
		return cli_status(status, 0, &error);
	return refuse(REFUSED_PLUGIN, path, error.message, &r->refused, &r->refused_count);
}

static int load_executor(contestants *r)
{
	gm_error error;
	gm_status status = load_worker(&(worker_launch){.program = r->executor.program, .executor = r->executor.words}, r,
	                               &error);
	if (status == GM_OK)
		return CLI_OK;
	return cli_fail(status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED, "%s: %s", r->executor.name, error.message);
}

/* What --isa-cap hides cannot run: workers look at the real CPU.  An ISA includes those below it. */
static int hide(const cli_options *options, contestants *r)
{
	const char *names[ISA_ROWS];
	size_t cap;
	for (size_t k = 0; k < ISA_ROWS; k++)
		names[k] = isa_table[k].name;
	int code = options->isa_cap ? cli_find("ISA", options->isa_cap, names, ISA_ROWS, &cap) : CLI_OK;
	if (code != CLI_OK || !options->isa_cap)
		return code;
	for (contestant *v = r->variant; v < r->variant + r->count; v++) {
		if (!v->runnable || (v->info.needs & ~isa_table[cap].needs) == 0)
			continue;
		v->runnable = 0;
		v->code = CODE_HIDDEN;
		snprintf(v->why, sizeof v->why, "%.47s is hidden by --isa-cap %s", v->info.name, options->isa_cap);
	}
	return CLI_OK;
}

static int keep_named(const cli_options *options, contestants *r)
{
	const char **names = calloc(r->count + 1, sizeof *names);
	unsigned char *chosen = calloc(r->count + 1, 1);
	int code = !names || !chosen ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	for (size_t k = 0; code == CLI_OK && k < r->count; k++)
		names[k] = r->variant[k].info.name;
	if (code == CLI_OK)
		code = select_names(&(select_from){"variant", names, r->count, gm_variant_former_name, r->refused_count > 0},
		                    &options->variants, options->quiet, chosen);
	const size_t count = r->count;
	r->count = 0;
	for (size_t k = 0; code == CLI_OK && k < count; k++) {
		r->variant[k].literal = chosen[k] < SELECT_LITERAL ? 0 : chosen[k] + 1 - SELECT_LITERAL;
		if (chosen[k] != SELECT_OUT)
			r->variant[r->count++] = r->variant[k];
	}
	free(names);
	free(chosen);
	return code;
}

int contestants_load(const cli_options *options, int beside, contestants *r)
{
	size_t plugins = options->plugin.count, most = gm_variant_count() + (plugins + 1) * WORKER_VARIANTS;
	gm_error error;
	*r = (contestants){.variant = calloc(most, sizeof *r->variant), .plugin = calloc(plugins + 1, sizeof *r->plugin)};
	if (!r->variant || !r->plugin)
		return cli_fail(CLI_INTERNAL, "no memory");
	if (options->executor && (plugins > 0 || options->no_fork))
		return cli_usage(options, "--executor goes with neither --plugin nor --no-fork");
	int code = cli_status(executor_parse(options->executor, &r->executor, &error), 0, &error);
	if (code == CLI_OK && options->executor) // which of its rows that CPU can run shows when they are planned there
		code = load_executor(r);
	else if (code == CLI_OK && (plugins == 0 || beside))
		load_table(r);
	for (size_t k = 0; code == CLI_OK && k < plugins; k++)
		code = load_plugin(options, options->plugin.text[k], r);
	if (code == CLI_OK)
		code = hide(options, r);
	return code == CLI_OK ? keep_named(options, r) : code;
}

void contestants_free(contestants *r)
{
	executor_free(&r->executor);
	free(r->variant);
	for (size_t k = 0; k < r->plugins; k++)
		free(r->plugin[k]);
	free(r->plugin);
	free_refused(r->refused, r->refused_count);
	*r = (contestants){0};
}

int contestants_exit(const contestants *r, int wrong, int ran, const char *nothing)
{
	int code = wrong ? CLI_WRONG : CLI_OK;
	for (size_t k = 0; k < r->count; k++)
		if (r->variant[k].literal && !r->variant[k].runnable)
			return cli_worse(code, cli_fail(CLI_NOTHING, "cannot run: %s", r->variant[k].why));
	return ran ? code : nothing ? cli_fail(CLI_NOTHING, "%s", nothing) : CLI_SKIPPED;
}

int contestants_width(const contestants *r, int least)
{
	for (size_t k = 0; k < r->count; k++)
		least = term_wider(least, r->variant[k].info.name);
	return least;
}

/* ---- cases ---- */

const char *cli_fixtures_path(const cli_options *options)
{
	static const char place[] = GM_DATA_FROM_BIN "/fixtures";
	static char path[PATH_MAX + sizeof place], program[PATH_MAX + sizeof place];
	if (options->fixtures)
		return options->fixtures;
	const char *named = getenv("GATEMARK_FIXTURES");
	if (named && named[0] != '\0')
		return named;
#ifdef GM_BUNDLE
	return "";
#endif
	ssize_t length = readlink("/proc/self/exe", program, PATH_MAX);
	char *slash = length > 0 ? memrchr(program, '/', (size_t)length) : NULL;
	strcpy(slash ? slash + 1 : program, place);
	return realpath(program, path) ? path : program;
}

const char *cli_fixtures_name(const char *path) { return path[0] == '\0' ? "the built-in set" : path; }

int cases_choose(const cli_list *globs, int quiet, case_list *list)
{
	const fixture_set *set = list->set;
	const char **names = calloc(set->count + 1, sizeof *names);
	list->chosen = calloc(set->count + 1, 1);
	int code = !names || !list->chosen ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	for (size_t k = 0; code == CLI_OK && k < set->count; k++)
		names[k] = set->cases[k]->id;
	if (code == CLI_OK)
		code = select_names(&(select_from){"case", names, set->count, NULL, list->refused_count > 0}, globs, quiet,
		                    list->chosen);
	for (size_t k = 0; code == CLI_OK && k < set->count; k++)
		list->count += list->chosen[k] != SELECT_OUT;
	free(names);
	return code;
}

static int take_refused(const fixture_set *set, case_list *list)
{
	int code = CLI_OK;
	for (const fixture_refusal *one = set->refused; one < set->refused + set->refused_count; one++)
		code = cli_worse(code,
		                 refuse(REFUSED_FIXTURE, one->path, one->why.message, &list->refused, &list->refused_count));
	return code;
}

/* Nothing is left: the path itself is refused, and there is an empty set. */
static int refuse_all(const cli_options *options, const char *path, const gm_error *error, case_list *list)
{
	const int named = options->fixtures || access(path, F_OK) == 0;
	char reason[sizeof error->message + 64];
	snprintf(reason, sizeof reason, "%s%s", error->message,
	         named ? "" : "; --fixtures PATH says where the golden files are");
	list->set = calloc(1, sizeof *list->set);
	return list->set ? refuse(REFUSED_FIXTURE, cli_fixtures_name(path), reason, &list->refused, &list->refused_count)
	                 : cli_fail(CLI_INTERNAL, "no memory");
}

int cases_load(const cli_options *options, case_list *list)
{
	const fixture_options how = {.allow_unlisted = options->allow_unlisted, .keep_good = 1};
	const char *path = cli_fixtures_path(options);
	gm_error error;
	gm_status status = fixture_load(path, &how, &list->set, &error);
	if (status != GM_OK && status != GM_BAD_FIXTURE)
		return cli_fail(CLI_INTERNAL, "%s", error.message);
	int code = status == GM_OK ? take_refused(list->set, list) : refuse_all(options, path, &error, list);
	if (code == CLI_OK)
		code = cases_choose(&options->cases, options->quiet, list);
	return code == CLI_OK && list->count + list->refused_count == 0
	         ? cli_fail(CLI_NOTHING, "%s has no case in it", cli_fixtures_name(path))
	         : code;
}

void cases_free(case_list *list)
{
	fixture_set_destroy(list->set);
	free(list->chosen);
	free_refused(list->refused, list->refused_count);
	*list = (case_list){0};
}
