/* SPDX-License-Identifier: MIT */
/* contestants.c - variants from the table or a plug-in, cases from fixtures, filtered by the options. */
#define _GNU_SOURCE
#include "contestants.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpu.h"
#include "select.h"

enum { PLUGIN_VARIANTS = 64 };

/* ---- variants ---- */

static void from_table(const gm_variant *row, contestant *v)
{
	gm_error error = {.status = GM_OK};
	worker_variant_of(row, &v->info);
	v->runnable = gm_variant_runnable(row, &error) == GM_OK;
	v->code = v->runnable ? reason_code_none : row->needs & ~gm_cpu_features() ? CODE_NO_CPU : CODE_NOT_BUILT;
	v->info.has_backward |= !v->runnable;
	snprintf(v->why, sizeof v->why, "%.*s", (int)sizeof v->why - 1, v->runnable ? "" : error.message);
}

static void load_table(contestants *r)
{
	for (; r->count < gm_variant_count(); r->count++)
		from_table(gm_variant_at(r->count), &r->variant[r->count]);
}

static int list_worker(const worker_launch *launch, const char *what, worker_variant *list, size_t *count)
{
	gm_error error = {.status = GM_OK};
	worker *w = NULL;
	gm_status status = worker_start(launch, &w, &error);
	if (status == GM_OK)
		status = worker_list(w, list, PLUGIN_VARIANTS, count, &error);
	worker_stop(w);
	if (status == GM_OK)
		return CLI_OK;
	return cli_fail(status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED, "%s: %s", what, error.message);
}

/* What the emulated worker's own table holds; which rows its CPU can run shows when they are planned there. */
static int load_emulated(const cli_options *options, contestants *r)
{
	worker_variant list[PLUGIN_VARIANTS];
	gm_error error = {.status = GM_OK};
	size_t count = 0;
	r->executor = calloc(1, sizeof *r->executor);
	if (!r->executor)
		return cli_fail(CLI_INTERNAL, "no memory");
	gm_status status = executor_parse(options->executor, r->executor, &error);
	if (status != GM_OK)
		return cli_fail(cli_exit_of(status), "%s", error.message);
	worker_launch launch = {.program = r->executor->program, .executor = r->executor->words};
	int code = list_worker(&launch, r->executor->name, list, &count);
	for (size_t k = 0; code == CLI_OK && k < count && k < PLUGIN_VARIANTS; k++)
		r->variant[r->count++] = (contestant){.info = list[k], .runnable = 1};
	return code;
}

/* Names tell contestants apart in every record: two of the same name cannot be in one run. */
static int unique_names(const contestants *r, size_t before, const char *path)
{
	for (size_t k = before; k < r->count; k++)
		for (size_t i = 0; i < before; i++) {
			const char *name = r->variant[k].info.name, *other = r->variant[i].plugin;
			if (strcmp(r->variant[i].info.name, name) != 0)
				continue;
			if (!other)
				return cli_fail(CLI_REFUSED, "%s: %s is the name of a built-in variant", path, name);
			return cli_fail(CLI_REFUSED, "%s: %s is the name of a variant in %s too: give one of them another name",
			                path, name, other);
		}
	return CLI_OK;
}

static int load_plugin(const cli_options *options, const char *given, contestants *r)
{
	worker_variant list[PLUGIN_VARIANTS];
	size_t length = strlen(given) + sizeof "./", count = 0, before = r->count;
	char *path = malloc(length);
	if (!path)
		return cli_fail(CLI_INTERNAL, "no memory");
	// without a slash the loader would search the system's folders for it
	snprintf(path, length, "%s%s", !strchr(given, '/') ? "./" : "", given);
	r->plugin[r->plugins++] = path;
	worker_launch launch = {.plugin = path, .in_place = options->no_fork};
	int code = list_worker(&launch, path, list, &count);
	for (size_t k = 0; code == CLI_OK && k < count && k < PLUGIN_VARIANTS; k++) {
		uint64_t missing = list[k].needs & ~gm_cpu_features();
		contestant *v = &r->variant[r->count++];
		*v = (contestant){.info = list[k], .runnable = missing == 0, .plugin = path};
		if (missing == 0)
			continue;
		v->code = CODE_NO_CPU;
		snprintf(v->why, sizeof v->why, "%.47s needs what this CPU lacks (%.15s)", list[k].name, list[k].isa);
	}
	return code == CLI_OK ? unique_names(r, before, path) : code;
}

/* What --isa-cap leaves to see.  An ISA includes those below it. */
static int cap_of(const cli_options *options, uint64_t *seen)
{
	const char *names[1 + CPU_ROWS] = {"scalar"};
	*seen = !options->isa_cap ? UINT64_MAX : 0;
	if (!options->isa_cap || strcmp(options->isa_cap, names[0]) == 0)
		return CLI_OK;
	for (size_t k = 0; k < CPU_ROWS; k++) {
		names[1 + k] = cpu_table[k].cap;
		if (strcmp(options->isa_cap, cpu_table[k].cap) == 0)
			*seen = cpu_table[k].has;
	}
	return *seen ? CLI_OK : cli_unknown("ISA", options->isa_cap, names, 1 + CPU_ROWS);
}

/* Workers look at the real CPU: what is hidden is never handed to one. */
static int hide(const cli_options *options, contestants *r)
{
	uint64_t seen;
	int code = cap_of(options, &seen);
	for (size_t k = 0; code == CLI_OK && k < r->count; k++) {
		contestant *v = &r->variant[k];
		if (!v->runnable || (v->info.needs & ~seen) == 0)
			continue;
		v->runnable = 0;
		v->code = CODE_HIDDEN;
		snprintf(v->why, sizeof v->why, "%.47s is hidden by --isa-cap %s", v->info.name, options->isa_cap);
	}
	return code;
}

static int keep_named(const cli_options *options, contestants *r)
{
	const char **names = calloc(2 * r->count + 1, sizeof *names), **former = names ? names + r->count : NULL;
	unsigned char *chosen = calloc(r->count + 1, 1);
	int code = !names || !chosen ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	for (size_t k = 0; code == CLI_OK && k < r->count; k++)
		names[k] = r->variant[k].info.name, former[k] = gm_variant_former_name(names[k]);
	if (code == CLI_OK)
		code = select_names(&(select_from){"variant", names, r->count, former}, &options->variants, options->quiet,
		                    chosen);
	size_t kept = 0;
	for (size_t k = 0; code == CLI_OK && k < r->count; k++) {
		r->variant[k].literal = chosen[k] < SELECT_LITERAL ? 0 : chosen[k] + 1 - SELECT_LITERAL;
		if (chosen[k] != SELECT_OUT)
			r->variant[kept++] = r->variant[k];
	}
	if (code == CLI_OK)
		r->count = kept;
	free(names);
	free(chosen);
	return code;
}

int contestants_load(const cli_options *options, int plugin, contestants *r)
{
	size_t plugins = options->plugin.count, most = gm_variant_count() + (plugins + 1) * PLUGIN_VARIANTS;
	*r = (contestants){.variant = calloc(most, sizeof *r->variant), .plugin = calloc(plugins + 1, sizeof *r->plugin)};
	int code = !r->variant || !r->plugin ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	if (code == CLI_OK && options->executor && (plugins > 0 || options->no_fork))
		code = cli_usage(options, "--executor goes with neither --plugin nor --no-fork");
	if (code == CLI_OK && options->executor)
		code = load_emulated(options, r);
	else if (code == CLI_OK && (plugins == 0 || plugin == CONTESTANTS_BESIDE))
		load_table(r);
	for (size_t k = 0; code == CLI_OK && k < plugins; k++)
		code = load_plugin(options, options->plugin.text[k], r);
	if (code == CLI_OK)
		code = hide(options, r);
	if (code == CLI_OK)
		code = keep_named(options, r);
	if (code != CLI_OK)
		contestants_free(r);
	return code;
}

void contestants_free(contestants *r)
{
	if (r->executor)
		executor_free(r->executor);
	free(r->executor);
	free(r->variant);
	for (size_t k = 0; k < r->plugins; k++)
		free(r->plugin[k]);
	free(r->plugin);
	*r = (contestants){0};
}

const contestant *contestants_unable(const contestants *r)
{
	for (size_t k = 0; k < r->count; k++)
		if (r->variant[k].literal && !r->variant[k].runnable)
			return &r->variant[k];
	return NULL;
}

/* ---- cases ---- */

const char *cli_fixtures_path(const cli_options *options)
{
	static const char *const beside[] = {"/../fixtures/", "/../share/gatemark/fixtures/"};
	static const char manifest[] = "MANIFEST.sha256"; // a build tree has a folder of this name too, without one
	static char path[PATH_MAX + 64];
	struct stat st;
	if (options->fixtures)
		return options->fixtures;
	const char *named = getenv("GATEMARK_FIXTURES");
	if (named && named[0] != '\0')
		return named;
	if (GM_SOURCE_FIXTURES[0] == '\0')
		return GM_SOURCE_FIXTURES;
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash = length > 0 ? memrchr(path, '/', (size_t)length) : NULL;
	for (size_t k = 0; slash && k < sizeof beside / sizeof beside[0]; k++) {
		strcat(strcpy(slash, beside[k]), manifest);
		int there = stat(path, &st) == 0;
		slash[strlen(beside[k])] = '\0';
		if (there)
			return path;
	}
	return GM_SOURCE_FIXTURES;
}

const char *cli_fixtures_name(const char *path) { return path[0] == '\0' ? "the built-in set" : path; }

static int choose_cases(const cli_options *options, case_list *list)
{
	const char **names = calloc(list->set->count + 1, sizeof *names);
	list->chosen = calloc(list->set->count + 1, 1);
	int code = !names || !list->chosen ? cli_fail(CLI_INTERNAL, "no memory") : CLI_OK;
	for (size_t k = 0; code == CLI_OK && k < list->set->count; k++)
		names[k] = list->set->cases[k]->id;
	if (code == CLI_OK)
		code = select_names(&(select_from){"case", names, list->set->count, NULL}, &options->cases, options->quiet,
		                    list->chosen);
	if (code == CLI_OK)
		list->count = select_count(list->chosen, list->set->count);
	free(names);
	return code;
}

int cases_load(const cli_options *options, case_list *list)
{
	fixture_options how = {.allow_unlisted = options->allow_unlisted};
	gm_error error = {.status = GM_OK};
	*list = (case_list){0};
	gm_status status = fixture_load(cli_fixtures_path(options), &how, &list->set, &error);
	if (status != GM_OK) {
		int lost = !options->fixtures && access(cli_fixtures_path(options), F_OK) != 0;
		return cli_fail(status == GM_NO_MEMORY ? CLI_INTERNAL : CLI_REFUSED, "%s%s", error.message,
		                lost ? "; --fixtures PATH says where the golden files are" : "");
	}
	int code = choose_cases(options, list);
	if (code == CLI_OK && list->count == 0)
		code = cli_fail(CLI_NOTHING, "%s has no case in it", cli_fixtures_name(cli_fixtures_path(options)));
	if (code != CLI_OK)
		cases_free(list);
	return code;
}

void cases_free(case_list *list)
{
	fixture_set_destroy(list->set);
	free(list->chosen);
	*list = (case_list){0};
}

/* ---- words ---- */

int passes_of(const cli_options *options, unsigned *passes)
{
	static const char *const names[] = {"fwd", "bwd"};
	unsigned char chosen[2];
	int code = select_names(&(select_from){"pass", names, 2, NULL}, &options->pass, options->quiet, chosen);
	*passes = (chosen[0] ? CHECK_FWD : 0u) | (chosen[1] ? CHECK_BWD : 0u);
	return code;
}

int class_of(const cli_options *options, int *accuracy_class)
{
	const char *names[GM_CLASSES];
	*accuracy_class = -1;
	for (int k = 0; k < GM_CLASSES; k++) {
		names[k] = gm_class_name((uint32_t)k);
		if (options->accuracy_class && strcmp(options->accuracy_class, names[k]) == 0)
			*accuracy_class = k;
	}
	if (!options->accuracy_class || *accuracy_class >= 0)
		return CLI_OK;
	return cli_unknown("accuracy class", options->accuracy_class, names, GM_CLASSES);
}
