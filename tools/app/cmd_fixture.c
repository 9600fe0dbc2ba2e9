/* SPDX-License-Identifier: MIT */
/* cmd_fixture.c - `gatemark fixture show|verify|pack`: what golden files hold, are they whole and listed, one case
 * as a flat block for programs without HDF5.
 *
 *   show [PATH [CASE]]      the cases of a file or folder (--cases: only these); or the arrays of one case
 *   verify [PATH..]         reads everything, says how many cases are well, with the hash of each file
 *   pack PATH [CASE] -o FILE  writes the case pack (casepack.h); without CASE the packs of all (--cases: of these), one
 *                           after the other (packs.h)
 * PATH is a .h5 file, a folder of them, or case packs (NAME.pack, NAME.packs); default: the fixtures of the suite. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader/casepack.h"
#include "cli.h"
#include "reader/fixture.h"
#include "record/output.h"
#include "reader/packs.h"
#include "base/plural.h"
#include "select.h"

/* A set of any kind of PATH; packs that are named here need no --allow-unlisted, they are looked at, not trusted. */
static gm_status load(const cli_options *options, const char *path, fixture_set **set, gm_error *error)
{
	fixture_options how = {.allow_unlisted = options->allow_unlisted || packs_is_path(path)};

	return fixture_load(path, &how, set, error);
}

static int refused(const gm_error *error)
{
	return cli_fail(error->status == GM_BAD_FIXTURE ? CLI_REFUSED : CLI_INTERNAL, "%s", error->message);
}

/* ---- printing ---- */

static void print_cases(FILE *out, const fixture_set *set, const unsigned char *chosen)
{
	int width = 4;

	for (size_t i = 0; i < set->count; i++)
		if (chosen[i] && (int)strlen(set->cases[i]->id) > width)
			width = (int)strlen(set->cases[i]->id);
	fprintf(out, "%-*s  %-9s %9s  %s\n", width, "case", "tags", "KiB", "note");
	for (size_t i = 0; i < set->count; i++) {
		const gm_case *c = set->cases[i];

		if (chosen[i])
			fprintf(out, "%-*s  %-9s %9.1f  %s\n", width, c->id, c->tags, (double)c->block_bytes / 1024, c->note);
	}
}

typedef struct extent {
	double low, high; /* of the finite values */
	size_t finite, nan, inf;
} extent;

static extent measure(const pack_entry *entry, const void *array)
{
	extent e = {.low = INFINITY, .high = -INFINITY};
	size_t count = (size_t)(entry->bytes / gm_dtype_bytes((gm_dtype)entry->dtype));

	for (size_t i = 0; i < count; i++) {
		double value = entry->dtype == GM_DTYPE_F32 ? (double)((const float *)array)[i]
		             : entry->dtype == GM_DTYPE_F64 ? ((const double *)array)[i]
		                                            : (double)((const int64_t *)array)[i];
		e.nan += isnan(value) != 0;
		e.inf += isinf(value) != 0;
		if (!isfinite(value))
			continue;
		e.finite++;
		e.low = fmin(e.low, value);
		e.high = fmax(e.high, value);
	}
	return e;
}

static void print_array(FILE *out, const gm_case *c, const pack_entry *entry)
{
	static const char *const folder[PACK_SECTIONS] = {"", "golden64/", "golden32/", "trace/"};
	static const char *const dtype[] = {[GM_DTYPE_F32] = "f32", [GM_DTYPE_F64] = "f64", [GM_DTYPE_I64] = "i64"};
	char name[80], shape[96];
	size_t used = 0;
	extent e = measure(entry, c->block + entry->offset);

	snprintf(name, sizeof name, "%s%s", folder[entry->section], entry->name);
	for (uint32_t i = 0; i < entry->rank; i++)
		used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%llu", i ? "," : "(",
		                         (unsigned long long)entry->dim[i]);
	snprintf(shape + used, sizeof shape - used, ")");
	fprintf(out, "%-36s %s %-16s", name, dtype[entry->dtype], shape);
	if (e.finite)
		fprintf(out, " %11.4g %11.4g", e.low, e.high);
	else
		fprintf(out, " %11s %11s", "-", "-");
	if (e.nan)
		fprintf(out, "  %zu NaN", e.nan);
	if (e.inf)
		fprintf(out, "  %zu Inf", e.inf);
	fputc('\n', out);
}

static void print_case(FILE *out, const gm_case *c)
{
	fprintf(out, "%s\n  note  %s\n  tags  %s\n", c->id, c->note, c->tags);
	if (c->spec.problem.dropout > 0)
		fprintf(out, "  dropout  %g\n", c->spec.problem.dropout);
	fprintf(out, "%-36s %s %-16s %11s %11s\n", "array", "type", "shape", "min", "max");
	for (size_t i = 0; i < c->entries; i++)
		print_array(out, c, &c->entry[i]);
}

static void print_verified(FILE *out, const char *path, const fixture_set *set)
{
	for (size_t i = 0; i < set->file_count; i++)
		fprintf(out, "%s  %s  %zu case%s, %s\n", set->file[i].sha256, set->file[i].name, set->file[i].cases,
		        plural((double)set->file[i].cases, "", "s"), set->file[i].listed ? "as listed" : "not listed");
	fprintf(out, "%s: %zu case%s ok, fixtures %s\n", cli_fixtures_name(path), set->count,
	        plural((double)set->count, "", "s"), set->version);
}

/* ---- actions ---- */

/* Which cases globs name; as select_names, chosen is the caller's to free. */
static int choose_cases(const fixture_set *set, const cli_list *globs, unsigned char **chosen)
{
	const char **name = calloc(set->count, sizeof *name);
	int code;

	*chosen = calloc(set->count, 1);
	if (!name || !*chosen) {
		free(name);
		return cli_fail(CLI_INTERNAL, "no memory for %zu names", set->count);
	}
	for (size_t i = 0; i < set->count; i++)
		name[i] = set->cases[i]->id;
	code = select_names(&(select_from){"case", name, set->count, NULL}, globs, 0, *chosen);
	free(name);
	return code;
}

/* The case of that name, or NULL after a message on stderr; *code says why. */
static const gm_case *find_case(const fixture_set *set, char *id, int *code)
{
	const cli_list one = {&id, 1};
	const gm_case *found = NULL;
	unsigned char *chosen;

	*code = choose_cases(set, &one, &chosen);
	if (*code == CLI_OK && select_count(chosen, set->count) != 1)
		*code = cli_fail(CLI_USAGE, "one case expected, %zu are called %s", select_count(chosen, set->count), id);
	for (size_t i = 0; *code == CLI_OK && i < set->count; i++)
		if (chosen[i])
			found = set->cases[i];
	free(chosen);
	return found;
}

static int show_cases(const cli_options *options, const fixture_set *set)
{
	unsigned char *chosen;
	int code = choose_cases(set, &options->cases, &chosen);

	if (code == CLI_OK)
		print_cases(stdout, set, chosen);
	free(chosen);
	return code;
}

static int show(const cli_options *options)
{
	const char *path = options->arg.count > 1 ? options->arg.text[1] : cli_fixtures_path(options);
	fixture_set *set;
	gm_error error = {0};
	int code = CLI_OK;

	if (options->arg.count > 3)
		return cli_usage(options, "fixture show takes a path and a case");
	if (load(options, path, &set, &error) != GM_OK)
		return refused(&error);
	if (options->arg.count == 3 || (set->count == 1 && packs_is_path(path))) {
		const gm_case *c = options->arg.count == 3 ? find_case(set, options->arg.text[2], &code) : set->cases[0];

		if (c)
			print_case(stdout, c);
	} else {
		code = show_cases(options, set);
	}
	fixture_set_destroy(set);
	return code;
}

static int verify_one(const cli_options *options, const char *path)
{
	fixture_set *set;
	gm_error error = {0};

	if (load(options, path, &set, &error) != GM_OK)
		return refused(&error);
	print_verified(stdout, path, set);
	fixture_set_destroy(set);
	return CLI_OK;
}

static int verify(const cli_options *options)
{
	int code = CLI_OK;

	if (options->arg.count == 1)
		return verify_one(options, cli_fixtures_path(options));
	for (size_t i = 1; i < options->arg.count; i++)
		code = cli_worse(code, verify_one(options, options->arg.text[i]));
	return code;
}

/* Bytes of all chosen packs; into block, if it is there. */
static size_t join_packs(const fixture_set *set, const unsigned char *chosen, unsigned char *block)
{
	size_t bytes = 0;

	for (size_t i = 0; i < set->count; i++) {
		const gm_case *c = set->cases[i];

		if (chosen[i] && block)
			memcpy(block + bytes, c->block, c->block_bytes);
		bytes += chosen[i] ? c->block_bytes : 0;
	}
	return bytes;
}

static int write_packs(const cli_options *options, const fixture_set *set, const unsigned char *chosen)
{
	gm_error error = {0};
	size_t bytes = join_packs(set, chosen, NULL);
	unsigned char *block = malloc(bytes);

	if (!block)
		return cli_fail(CLI_INTERNAL, "no memory for %zu bytes of case packs", bytes);
	join_packs(set, chosen, block);
	gm_status status = output_write(options->output, block, bytes, &error);
	free(block);
	return status == GM_OK ? CLI_OK : cli_fail(status == GM_IO ? CLI_NO_WRITE : CLI_INTERNAL, "%s", error.message);
}

static int pack(const cli_options *options)
{
	const char *path = options->arg.count > 1 ? options->arg.text[1] : cli_fixtures_path(options);
	unsigned char *chosen = NULL;
	fixture_set *set;
	gm_error error = {0};
	int code = CLI_OK;

	if (options->arg.count > 3 || !options->output)
		return cli_usage(options, "fixture pack takes a path, a case or none, and -o FILE");
	if (load(options, path, &set, &error) != GM_OK)
		return refused(&error);
	if (options->arg.count < 3 || find_case(set, options->arg.text[2], &code))
		code = choose_cases(set, options->arg.count < 3 ? &options->cases : &(cli_list){options->arg.text + 2, 1},
		                    &chosen);
	if (code == CLI_OK)
		code = write_packs(options, set, chosen);
	free(chosen);
	fixture_set_destroy(set);
	return code;
}

int cmd_fixture(const cli_options *options)
{
	static const struct action {
		const char *name;
		int (*run)(const cli_options *);
	} action[] = {{"show", show}, {"verify", verify}, {"pack", pack}};
	enum { ACTIONS = sizeof action / sizeof *action };
	const char *name[ACTIONS];

	if (options->arg.count == 0)
		return cli_usage(options, "fixture needs an action: show, verify or pack");
	for (size_t i = 0; i < ACTIONS; i++) {
		if (strcmp(options->arg.text[0], action[i].name) == 0)
			return action[i].run(options);
		name[i] = action[i].name;
	}
	return cli_unknown("action", options->arg.text[0], name, ACTIONS);
}
